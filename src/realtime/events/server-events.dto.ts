import { SESSION_END_REASONS, type SessionEndReason } from '../../sessions/session.js';
import { Bool, UuidField, Nested, Enum, Time, Text, Int } from '../../common/field.decorators.js';
import {
  ConversationView,
  OwnMembershipView,
  SharedConversationView,
} from '../../read-models/conversation.view.dto.js';
import { MemberView } from '../../read-models/member.view.dto.js';
import { PresenceView } from '../../presence/presence.dto.js';
import { MessageView } from '../../read-models/message.view.dto.js';
import { HeartbeatView } from '../../client-config/client-config.dto.js';
import { LEAVE_REASONS, type LeaveReason } from '../../domain-events.js';

/** A change of a conversation: what all of them say. */
class ConversationChangeView {
  @UuidField()
  conversationId!: string;

  @Int({ min: 1, description: 'The number of this change: one more than the last.' })
  rev!: number;
}

class MessageChangeView extends ConversationChangeView {
  @Nested(() => MessageView)
  message!: MessageView;
}

class MemberChangeView extends ConversationChangeView {
  @Nested(() => MemberView)
  member!: MemberView;
}

class MemberLeftView extends ConversationChangeView {
  @UuidField()
  userId!: string;

  @UuidField({ description: 'Who did it.' })
  by!: string;

  @Enum(LEAVE_REASONS)
  reason!: LeaveReason;
}

class ConversationAddedView {
  @Nested(() => ConversationView)
  conversation!: ConversationView;
}

class ConversationUpdatedView extends ConversationChangeView {
  @Nested(() => SharedConversationView)
  conversation!: SharedConversationView;
}

class ConversationRemovedView {
  @UuidField()
  conversationId!: string;

  @Enum(LEAVE_REASONS, { description: '`deleted`: the conversation is gone for everybody.' })
  reason!: LeaveReason;
}

class OwnChangeView {
  @UuidField()
  conversationId!: string;

  @Int({ min: 1, description: 'The number of this change of what is private to the user: one more than the last.' })
  stateRev!: number;

  @Nested(() => OwnMembershipView)
  me!: OwnMembershipView;
}

class ReceiptMovedView {
  @UuidField()
  conversationId!: string;

  @UuidField()
  userId!: string;

  @Int({ description: 'Up to and including this `seq`; it only moves forward.' })
  seq!: number;
}

class TypingView {
  @UuidField()
  conversationId!: string;

  @UuidField()
  userId!: string;

  @Bool()
  active!: boolean;

  @Int({ description: 'Without another event by then, they have stopped.' })
  expiresInMs!: number;
}

class SessionReadyView {
  @UuidField()
  userId!: string;

  @UuidField()
  sessionId!: string;

  @Text({ description: 'Names this database’s life; where it differs, a backup was restored.' })
  epoch!: string;

  @Int()
  stateRev!: number;

  @Time()
  serverTime!: string;

  @Nested(() => HeartbeatView)
  heartbeat!: HeartbeatView;
}

class SessionExpiringView {
  @Time()
  expiresAt!: string;
}

class SessionEndedView {
  @Enum(SESSION_END_REASONS)
  reason!: SessionEndReason;
}

class ServerDrainingView {
  @Int({ description: 'Come back after this, not all at once.' })
  reconnectInMs!: number;
}

/** The one table of events: what the server sends, and when. */
export const EVENTS = {
  'message:created': { view: MessageChangeView, summary: 'A message was sent' },
  'message:updated': { view: MessageChangeView, summary: 'A message was edited, or somebody reacted to it' },
  'message:deleted': { view: MessageChangeView, summary: 'A message was deleted; a tombstone stays' },
  'member:joined': { view: MemberChangeView, summary: 'Somebody is in the conversation from here on' },
  'member:updated': { view: MemberChangeView, summary: 'Somebody’s role changed' },
  'member:left': { view: MemberLeftView, summary: 'Somebody is no longer in the conversation' },
  'conversation:added': { view: ConversationAddedView, summary: 'You are in a conversation from here on' },
  'conversation:updated': { view: ConversationUpdatedView, summary: 'A title or topic changed' },
  'conversation:removed': { view: ConversationRemovedView, summary: 'You are no longer in a conversation' },
  'conversation:changed': {
    view: ConversationChangeView,
    summary: 'A hint that `rev` has come so far, whatever was heard of it: sync if behind',
  },
  'conversation:me': { view: OwnChangeView, summary: 'Your markers, mute, pin or archive changed on some device' },
  'receipt:read': { view: ReceiptMovedView, summary: 'Somebody has read up to a message' },
  'receipt:delivered': { view: ReceiptMovedView, summary: 'A device of somebody has got messages up to one' },
  typing: { view: TypingView, summary: 'Somebody else types, or has stopped' },
  'presence:changed': { view: PresenceView, summary: 'Somebody whom the socket watches came or has gone' },
  'session:ready': { view: SessionReadyView, summary: 'The socket is subscribed: nothing is missed from here on' },
  'session:expiring': { view: SessionExpiringView, summary: 'The access token expires in a minute: refresh it' },
  'session:ended': { view: SessionEndedView, summary: 'The session is over; the server disconnects' },
  'server:draining': {
    view: ServerDrainingView,
    summary: 'This server shuts down and disconnects: come back to another',
  },
} as const;
