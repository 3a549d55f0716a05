import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { parseTimestamp } from '../common/timestamp.js';
import { type Conversation, noSuchConversation } from '../conversations/conversation.js';
import type { MarkersView, OwnMembershipView } from '../read-models/conversation.view.dto.js';
import type { MoveMarker, UpdateOwnState } from './member-state.dto.js';
import { markDelivered, markRead, type MemberState, type ReceiptKind } from './member-state.js';
import { MemberStateStore } from './member-state.store.js';

/** The private state of the actor in a conversation: markers, mute, pin and archive. */
@Injectable()
export class MemberStateService {
  constructor(private readonly states: MemberStateStore) {}

  /** Moves the read marker, and the delivered marker with it: forward only, at most to the last message. */
  async read(actor: Actor, { conversationId, seq }: MoveMarker): Promise<MarkersView> {
    return markersView(
      await this.change(actor, conversationId, 'read', (state, { lastSeq }) => markRead(state, seq, lastSeq)),
    );
  }

  /** Moves the delivered marker: forward only, at most to the last message. */
  async delivered(actor: Actor, { conversationId, seq }: MoveMarker): Promise<MarkersView> {
    return markersView(
      await this.change(actor, conversationId, 'delivered', (state, { lastSeq }) => markDelivered(state, seq, lastSeq)),
    );
  }

  /** Mutes, pins or archives. The next message returns an archived conversation to the inbox. */
  async update(actor: Actor, conversationId: string, command: UpdateOwnState): Promise<OwnMembershipView> {
    const { mutedUntil, pinned, archived } = command;
    const until = mutedUntil == null ? mutedUntil : parseTimestamp('mutedUntil', mutedUntil);
    return this.change(actor, conversationId, null, (state, { lastSeq }) => ({
      ...state,
      ...(until !== undefined && { mutedUntil: until }),
      ...(pinned !== undefined && { pinned }),
      ...(archived !== undefined && { archivedSeq: archived ? lastSeq : null }),
    }));
  }

  private async change(
    { userId }: Actor,
    conversationId: string,
    receipt: ReceiptKind | null,
    decide: (state: MemberState, conversation: Conversation) => MemberState,
  ): Promise<OwnMembershipView> {
    const { result } = await this.states.change({ conversationId, userId, receipt }, decide);
    if (!result) throw noSuchConversation();
    return result.me;
  }
}

const markersView = ({ readSeq, deliveredSeq, unreadCount }: OwnMembershipView): MarkersView => ({
  readSeq,
  deliveredSeq,
  unreadCount,
});
