import { Injectable } from '@nestjs/common';

import type { DomainEvents } from '../domain-events.js';
import { type KnownPositions, type ServerPositions, SyncRepository } from './sync.repository.js';

/** How far everything has come, for a node that wants to know what its sockets were not told. */
@Injectable()
export class StreamPositionsService {
  constructor(private readonly changes: SyncRepository) {}

  /** A user's `stateRev`, and the `rev` of each of their conversations, in one snapshot. */
  async of(userId: string): Promise<{ stateRev: number; revs: Map<string, number> }> {
    const { stateRev, heads } = await this.changes.heads(userId);
    return { stateRev, revs: new Map(heads.map(({ conversationId, rev }) => [conversationId, rev])) };
  }

  /**
   * Which of those conversations have gone beyond the `rev` given with each, and how far; null where one is no more.
   * @param known at most 1,000
   */
  conversationsBeyond(known: readonly (readonly [id: string, rev: number])[]): Promise<Map<string, number | null>> {
    return this.changes.conversationsBeyond(known);
  }

  /** Who has left a conversation since a `rev`, and is not back. */
  leftSince(conversationId: string, rev: number): Promise<string[]> {
    return this.changes.leftSince(conversationId, rev);
  }

  /**
   * How far each of those users has come whose `stateRev` is beyond the one given, or who is in another number of
   * conversations. @param known at most 1,000
   */
  usersBeyond(known: readonly KnownPositions[]): Promise<Map<string, ServerPositions>> {
    return this.changes.usersBeyond(known);
  }

  /** The change of what is private to a user that took that `stateRev`; null if they are out of that conversation. */
  async ownChange(userId: string, stateRev: number): Promise<Omit<DomainEvents['conversation.me'], 'userId'> | null> {
    const [own] = await this.changes.ownStates(userId, stateRev - 1, stateRev, 1);
    return own ?? null;
  }
}
