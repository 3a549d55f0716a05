import { Injectable } from '@nestjs/common';

import type { DomainEvents } from '../events.js';
import { type Progress, SyncRepository } from './sync.repository.js';

/** How far everything has come, for a node that wants to know what its sockets were not told. */
@Injectable()
export class ProgressService {
  constructor(private readonly changes: SyncRepository) {}

  /** A user's `stateRev`, and the `rev` of each of their conversations, in one snapshot. */
  async of(userId: string): Promise<{ stateRev: number; revs: Map<string, number> }> {
    const { stateRev, heads } = await this.changes.heads(userId);
    return { stateRev, revs: new Map(heads.map(({ conversationId, rev }) => [conversationId, rev])) };
  }

  /** The `rev` of each of those conversations that exists. @param ids at most 1,000 */
  revs(ids: readonly string[]): Promise<Map<string, number>> {
    return this.changes.revs(ids);
  }

  /** Who has left a conversation since a `rev`, and is not back. */
  leftSince(conversationId: string, rev: number): Promise<string[]> {
    return this.changes.leftSince(conversationId, rev);
  }

  /** Each of those users' `stateRev`, and how many conversations they are in. @param ids at most 1,000 */
  users(ids: readonly string[]): Promise<Map<string, Progress>> {
    return this.changes.progress(ids);
  }

  /** The change of what is private to a user that took that `stateRev`; null if they are out of that conversation. */
  async ownChange(userId: string, stateRev: number): Promise<Omit<DomainEvents['conversation.me'], 'userId'> | null> {
    const [own] = await this.changes.ownStates(userId, stateRev - 1, stateRev, 1);
    return own ?? null;
  }
}
