import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { parseTimestamp } from '../common/timestamp.js';
import { KeyedQueue } from '../common/keyed-queue.js';
import { Events } from '../domain-events.js';
import { type Conversation, noSuchConversation, RECEIPTS_MAX_MEMBERS } from '../conversations/conversation.js';
import type { MarkersView, OwnMembershipView } from '../read-models/conversation.view.dto.js';
import type { MoveMarker, UpdateOwnState } from './members.dto.js';
import { type MemberState, type MemberStateChange, MemberStateStore } from './member-state.store.js';

/** What is private to a user in a conversation: markers, mute, pin and archive. */
@Injectable()
export class MemberStateService {
  constructor(
    private readonly states: MemberStateStore,
    private readonly turns: KeyedQueue,
    private readonly events: Events,
  ) {}

  /** Moves the read marker, and with it the delivered one: forward only, and no further than the last message. */
  async read(actor: Actor, { conversationId, seq }: MoveMarker): Promise<MarkersView> {
    const { before, after } = await this.change(actor, conversationId, (state, { lastSeq }) => {
      const readSeq = Math.max(state.readSeq, Math.min(seq, lastSeq));
      return { ...state, readSeq, deliveredSeq: Math.max(state.deliveredSeq, readSeq) };
    });
    this.announceReceipt('receipt.read', before.readSeq, after.me.readSeq, after);
    return markersView(after.me);
  }

  /** Moves the delivered marker: forward only, and no further than the last message. */
  async delivered(actor: Actor, { conversationId, seq }: MoveMarker): Promise<MarkersView> {
    const { before, after } = await this.change(actor, conversationId, (state, { lastSeq }) => ({
      ...state,
      deliveredSeq: Math.max(state.deliveredSeq, Math.min(seq, lastSeq)),
    }));
    this.announceReceipt('receipt.delivered', before.deliveredSeq, after.me.deliveredSeq, after);
    return markersView(after.me);
  }

  /** Mutes, pins or archives; an archived conversation comes back with its next message. */
  async update(actor: Actor, conversationId: string, command: UpdateOwnState): Promise<OwnMembershipView> {
    const { mutedUntil, pinned, archived } = command;
    const until = mutedUntil == null ? mutedUntil : parseTimestamp('mutedUntil', mutedUntil);
    const { after } = await this.change(actor, conversationId, (state, { lastSeq }) => ({
      ...state,
      ...(until !== undefined && { mutedUntil: until }),
      ...(pinned !== undefined && { pinned }),
      ...(archived !== undefined && { archivedSeq: archived ? lastSeq : null }),
    }));
    return after.me;
  }

  /** Changes one's state in one's own turn, so that `conversation:me` leaves in the order of `stateRev`. */
  private change(
    actor: Actor,
    conversationId: string,
    decide: (state: MemberState, conversation: Conversation) => MemberState,
  ): Promise<{ before: MemberState; after: MemberStateChange & { memberCount: number } }> {
    return this.turns.run(`user:${actor.userId}`, async () => {
      let before: MemberState | undefined;
      const result = await this.states.change(conversationId, actor.userId, (state, conversation) => {
        before = state;
        const next = decide(state, conversation);
        return isSame(state, next) ? null : next;
      });
      if (!result || !before) throw noSuchConversation();
      if (result.changed) this.events.publish('conversation.me', result.change);
      return { before, after: { ...result.change, memberCount: result.memberCount } };
    });
  }

  private announceReceipt(
    event: 'receipt.read' | 'receipt.delivered',
    before: number,
    seq: number,
    { conversationId, userId, memberCount }: MemberStateChange & { memberCount: number },
  ): void {
    if (seq <= before || memberCount > RECEIPTS_MAX_MEMBERS) return;
    this.events.publish(event, { conversationId, userId, seq });
  }
}

const markersView = ({ readSeq, deliveredSeq, unreadCount }: OwnMembershipView): MarkersView => ({
  readSeq,
  deliveredSeq,
  unreadCount,
});

const isSame = (a: MemberState, b: MemberState): boolean =>
  a.readSeq === b.readSeq &&
  a.deliveredSeq === b.deliveredSeq &&
  a.mutedUntil?.getTime() === b.mutedUntil?.getTime() &&
  a.pinned === b.pinned &&
  a.archivedSeq === b.archivedSeq;
