import { HeartbeatView } from '../../client-config/client-config.dto.js';
import { Bool, Enum, Int, Nested, Text, Time, UuidField } from '../../common/field.decorators.js';
import { LEAVE_REASONS, type LeaveReason } from '../../domain-events.js';
import { PresenceView } from '../../presence/presence.dto.js';
import {
  ConversationView,
  OwnMembershipView,
  SharedConversationView,
} from '../../read-models/conversation.view.dto.js';
import { MemberView } from '../../read-models/member.view.dto.js';
import { MessageView } from '../../read-models/message.view.dto.js';
import { SESSION_END_REASONS, type SessionEndReason } from '../../sessions/session.js';

/** The fields of every change of a conversation. */
class ConversationChangeView {
  @UuidField()
  conversationId!: string;

  @Int({ min: 1, description: 'The number of this change: 1 more than the previous one.' })
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

  @UuidField({ description: 'The user who made the change.' })
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

  @Enum(LEAVE_REASONS, { description: '`deleted`: the conversation was deleted for all members.' })
  reason!: LeaveReason;
}

class OwnChangeView {
  @UuidField()
  conversationId!: string;

  @Int({ min: 1, description: 'The number of this change of your private state: 1 more than the previous one.' })
  stateRev!: number;

  @Nested(() => OwnMembershipView)
  me!: OwnMembershipView;
}

class ReceiptMovedView {
  @UuidField()
  conversationId!: string;

  @UuidField()
  userId!: string;

  @Int({ description: 'Up to and including this `seq`. It never decreases.' })
  seq!: number;
}

class TypingView {
  @UuidField()
  conversationId!: string;

  @UuidField()
  userId!: string;

  @Bool()
  active!: boolean;

  @Int({ description: 'Hide the indicator after this time, unless another event extends it.' })
  expiresInMs!: number;
}

class SessionReadyView {
  @UuidField()
  userId!: string;

  @UuidField()
  sessionId!: string;

  @Text({
    description:
      'Identifies the database. A different value means that a backup was restored: discard your local state.',
  })
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
  @Int({ description: 'Reconnect after this time. It differs between clients.' })
  reconnectInMs!: number;
}

/**
 * The table of all events that the server emits to clients. `ServerEvents` types the sockets by it, and the AsyncAPI document
 * lists them in this order. A new event is a new row.
 */
export const EVENTS = {
  'message:created': { view: MessageChangeView, summary: 'A message was sent' },
  'message:updated': { view: MessageChangeView, summary: 'A message was edited, or its reactions changed' },
  'message:deleted': { view: MessageChangeView, summary: 'A message was deleted. A tombstone remains' },
  'member:joined': { view: MemberChangeView, summary: 'A member joined the conversation' },
  'member:updated': { view: MemberChangeView, summary: 'The role of a member changed' },
  'member:left': { view: MemberLeftView, summary: 'A member left the conversation or was removed' },
  'conversation:added': { view: ConversationAddedView, summary: 'You became a member of a conversation' },
  'conversation:updated': { view: ConversationUpdatedView, summary: 'The title or topic of a conversation changed' },
  'conversation:removed': { view: ConversationRemovedView, summary: 'You are no longer a member of a conversation' },
  'conversation:changed': {
    view: ConversationChangeView,
    summary: 'A conversation has reached `rev`, and events may have been lost: sync if you are behind',
  },
  'conversation:me': {
    view: OwnChangeView,
    summary: 'Your markers, mute, pin or archive changed on one of your devices',
  },
  'receipt:read': { view: ReceiptMovedView, summary: 'A member has read messages, up to `seq`' },
  'receipt:delivered': { view: ReceiptMovedView, summary: 'A device of a member has received messages, up to `seq`' },
  typing: { view: TypingView, summary: 'Another member is typing, or has stopped' },
  'presence:changed': { view: PresenceView, summary: 'A user you watch went online or offline' },
  'session:ready': {
    view: SessionReadyView,
    summary: 'The socket is subscribed: from here on it receives every event',
  },
  'session:expiring': {
    view: SessionExpiringView,
    summary: 'The access token expires in 60 seconds: send `session:refresh`',
  },
  'session:ended': { view: SessionEndedView, summary: 'The session has ended. The server disconnects the socket' },
  'server:draining': {
    view: ServerDrainingView,
    summary: 'This server is shutting down and disconnects the socket: reconnect after `reconnectInMs`',
  },
} as const;
