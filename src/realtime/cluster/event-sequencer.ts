import { Injectable } from '@nestjs/common';

import { Events } from '../../domain-events.js';
import { StreamPositionsRepository } from '../../sync/stream-positions.repository.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { isSubscribed } from '../rooms.js';
import { StreamPositions } from './stream-positions.js';

/** A change of a conversation. */
export interface Change {
  readonly conversationId: string;
  readonly rev: number;
}

/**
 * Limit of changes that wait in one conversation while further membership checks become necessary. Above it the changes
 * are discarded; anti-entropy then sends the clients a hint to sync.
 */
const MAX_PENDING = 1_000;

/**
 * Delivers the changes of a conversation to this node's sockets, and guarantees that a removed member receives nothing
 * after the removal. `Broadcaster` dispatches this node's changes, `RemoteEvents` those of other nodes.
 *
 * A removal on another node arrives as a `conversation.removed` fact, which Redis may lose or delay. The sequencer therefore
 * asks the database for departed members, and evicts their sockets, before it delivers
 * - a change after a gap in `rev`: the missing change may be a removal;
 * - a `member:left` of a user who is still subscribed here: the fact is late or lost;
 * - anything after sockets have joined at a `rev` older than the last delivered one: they may have been removed since.
 *
 * While the check runs, later changes of the conversation wait in `pending`, in order. Changes that need no check, which are
 * nearly all, are delivered at once.
 */
@Injectable()
export class EventSequencer implements RealtimeComponent {
  /** By conversation: the changes that wait for a membership check. No entry without a check in progress. */
  private readonly pending = new Map<string, PendingEvent[]>();
  private io: ChatServer | undefined;

  constructor(
    private readonly positions: StreamPositions,
    private readonly streams: StreamPositionsRepository,
    private readonly events: Events,
  ) {}

  onServerReady(io: ChatServer): void {
    this.io = io;
  }

  /**
   * Calls `deliver` at once, or after the membership check that it waits for. Calls keep their order per conversation.
   * @param needsMembershipCheck whether a subscribed user may have left with this change, even if they have returned since
   */
  dispatch({ conversationId, rev }: Change, deliver: () => void, needsMembershipCheck = false): void {
    const position = this.positions.revs.get(conversationId) ?? rev;
    // A late change may be older than the position; the check must cover the change itself.
    const deliveredRev = needsMembershipCheck ? Math.min(position, rev - 1) : position;
    const isUnchecked = needsMembershipCheck || rev > deliveredRev + 1;
    const event = { deliver, deliveredRev, needsMembershipCheck, isUnchecked };
    const pending = this.pending.get(conversationId);
    if (pending) pending.push(event);
    else if (isUnchecked) void this.deliverAfterCheck(conversationId, event);
    else deliver();
    this.positions.advance(conversationId, rev);
  }

  /**
   * A user's sockets have joined a conversation's room because the user was a member at `rev`. If a later change was
   * delivered here, or waits, it may have removed them again: checks that. `RoomSubscriber` calls it for a new socket,
   * `Broadcaster` after `conversation.added`.
   */
  onLateJoin(conversationId: string, rev: number): void {
    const isLate = (this.positions.revs.get(conversationId) ?? rev) > rev || this.pending.has(conversationId);
    if (isLate) this.dispatch({ conversationId, rev }, () => undefined, true);
  }

  /** Evicts the sockets of members who left the conversation after `sinceRev`. @throws DomainError `unavailable` */
  async evictDepartedMembers(conversationId: string, sinceRev: number): Promise<void> {
    for (const userId of await this.streams.leftSince(conversationId, sinceRev)) {
      // Usually the fact has arrived, and no sockets are left.
      if (!this.io || !isSubscribed(this.io, userId, conversationId)) continue;
      this.events.publish('conversation.removed', { conversationId, userId, reason: 'removed' }, 'cluster');
    }
  }

  private async deliverAfterCheck(conversationId: string, first: PendingEvent): Promise<void> {
    const pending = [first];
    this.pending.set(conversationId, pending);
    const checked: PendingEvent[] = [];
    while (pending.length > 0) {
      const batch = pending.splice(0);
      checked.push(...batch);
      try {
        await this.checkMembers(conversationId, batch);
        // Sockets that joined during the check must not receive the checked changes before they are checked themselves.
        if (pending.some(({ needsMembershipCheck }) => needsMembershipCheck)) {
          if (checked.length > MAX_PENDING) throw new Error('too many pending changes');
        } else for (const { deliver } of checked.splice(0)) deliver();
      } catch {
        // Usually the database is unavailable. With the position rewound, anti-entropy finds the undelivered changes.
        this.positions.rewind(conversationId, lowestDeliveredRev([...batch, ...checked, ...pending]));
        break;
      }
    }
    this.pending.delete(conversationId);
  }

  /** One query for all events of the batch. */
  private async checkMembers(conversationId: string, batch: readonly PendingEvent[]): Promise<void> {
    const unchecked = batch.filter(({ isUnchecked }) => isUnchecked);
    if (unchecked.length > 0) await this.evictDepartedMembers(conversationId, lowestDeliveredRev(unchecked));
  }
}

interface PendingEvent {
  readonly deliver: () => void;
  /** The position of the conversation before this event. */
  readonly deliveredRev: number;
  /** Whether members may have left since `deliveredRev` without being evicted. */
  readonly isUnchecked: boolean;
  /** Whether that is known of a user with sockets here, and not only possible because of a gap. */
  readonly needsMembershipCheck: boolean;
}

const lowestDeliveredRev = (events: readonly PendingEvent[]): number =>
  events.reduce((lowest, { deliveredRev }) => Math.min(lowest, deliveredRev), Infinity);
