import { Injectable } from '@nestjs/common';

import { StreamPositionsService } from '../../sync/stream-positions.store.js';
import { type ChatServer, isListening } from '../gateway/socket-types.js';
import { LocalEvents } from './local-events.js';
import { StreamPositions } from './stream-positions.js';

/** A change of a conversation. */
export interface Change {
  readonly conversationId: string;
  readonly rev: number;
}

/** Changes that wait in one conversation; of more, clients are told that they missed something. */
const MAX_WAITING = 1_000;

/**
 * Lets changes of a conversation through to this node's sockets. Where the change before one was not heard of, another node
 * may have removed somebody whose sockets are here; so it may where one tells that somebody has left who still listens, and
 * where somebody comes in by what is not the latest. They are let go of first, and what else is to be told of that
 * conversation waits for it. So nobody hears anything after their removal, whatever was late or lost on the way.
 */
@Injectable()
export class EventSequencer {
  /** Of each conversation that something is held back of: in order. */
  private readonly held = new Map<string, PendingEvent[]>();
  private io: ChatServer | undefined;

  constructor(
    private readonly told: StreamPositions,
    private readonly progress: StreamPositionsService,
    private readonly here: LocalEvents,
  ) {}

  /** Begins to look after the sockets of `io`. */
  attach(io: ChatServer): void {
    this.io = io;
  }

  /**
   * Calls `tell` now, or as soon as it is known who is still there to hear it; in the order of the calls.
   * @param isDoubtful whether somebody listens here who may have left by this change, and may be back since
   */
  dispatch({ conversationId, rev }: Change, tell: () => void, isDoubtful = false): void {
    const known = this.told.revs.get(conversationId) ?? rev;
    // Of a change that comes late, more may have been told already.
    const told = isDoubtful ? Math.min(known, rev - 1) : known;
    const heldBack = { tell, told, isDoubtful, isGap: isDoubtful || rev > told + 1 };
    const held = this.held.get(conversationId);
    if (held) held.push(heldBack);
    else if (heldBack.isGap) void this.hold(conversationId, heldBack);
    else tell();
    this.told.advance(conversationId, rev);
  }

  /**
   * Somebody's sockets have come in who was a member at a `rev`. Where more was told here already, or is about to be, that
   * may have been that they are out again.
   */
  onLateJoin(conversationId: string, rev: number): void {
    const isLate = (this.told.revs.get(conversationId) ?? rev) > rev || this.held.has(conversationId);
    if (isLate) this.dispatch({ conversationId, rev }, () => undefined, true);
  }

  /** Lets go of the sockets of those who have left a conversation since a `rev`. @throws DomainError `unavailable` */
  async evictDepartedMembers(conversationId: string, since: number): Promise<void> {
    for (const userId of await this.progress.leftSince(conversationId, since)) {
      // Most have been told by now.
      if (!this.io || !isListening(this.io, userId, conversationId)) continue;
      this.here.announce('conversation.removed', { conversationId, userId, reason: 'removed' });
    }
  }

  private async hold(conversationId: string, first: PendingEvent): Promise<void> {
    const held = [first];
    this.held.set(conversationId, held);
    const due: PendingEvent[] = [];
    while (held.length > 0) {
      const fresh = held.splice(0);
      due.push(...fresh);
      try {
        await this.ask(conversationId, fresh);
        // Who has come in meanwhile, and may be out, would hear what is due.
        if (held.some(({ isDoubtful }) => isDoubtful)) {
          if (due.length > MAX_WAITING) throw new Error('too many come in by what is not the latest');
        } else for (const { tell } of due.splice(0)) tell();
      } catch {
        // Most likely the database is gone since it stored this. Comparing with it finds what is lost here.
        this.told.rewind(conversationId, leastTold([...fresh, ...due, ...held]));
        break;
      }
    }
    this.held.delete(conversationId);
  }

  private async ask(conversationId: string, held: readonly PendingEvent[]): Promise<void> {
    const gaps = held.filter(({ isGap }) => isGap);
    if (gaps.length > 0) await this.evictDepartedMembers(conversationId, leastTold(gaps));
  }
}

interface PendingEvent {
  readonly tell: () => void;
  /** What had been told before it. */
  readonly told: number;
  readonly isGap: boolean;
  readonly isDoubtful: boolean;
}

const leastTold = (all: readonly PendingEvent[]): number =>
  all.reduce((least, { told }) => Math.min(least, told), Infinity);
