import { EventBus } from './common/event-bus.js';
import type { SessionEndReason } from './sessions/session.js';
import type {
  ConversationView,
  OwnMembershipView,
  SharedConversationView,
} from './read-models/conversation.view.dto.js';
import type { MemberView } from './read-models/member.view.dto.js';
import type { MessageView } from './read-models/message.view.dto.js';

/** Why someone is no longer a member: they went, somebody made them, or their account is gone. */
export const LEAVE_REASONS = ['left', 'removed', 'deleted'] as const;
export type LeaveReason = (typeof LEAVE_REASONS)[number];

/** Every fact that the system announces, after the commit that made it true, with all that its listeners need. */
export interface DomainEvents {
  'message.created': { conversationId: string; rev: number; message: MessageView };
  'message.updated': { conversationId: string; rev: number; message: MessageView };
  'message.deleted': { conversationId: string; rev: number; message: MessageView };
  'member.joined': { conversationId: string; rev: number; member: MemberView };
  'member.updated': { conversationId: string; rev: number; member: MemberView };
  'member.left': { conversationId: string; rev: number; userId: string; by: string; reason: LeaveReason };
  /** To one user who now is a member: the conversation as that user sees it. */
  'conversation.added': { userId: string; conversation: ConversationView };
  'conversation.updated': { conversationId: string; rev: number; conversation: SharedConversationView };
  /** To a user who is no longer a member. */
  'conversation.removed': { conversationId: string; userId: string; reason: LeaveReason };
  /** To everybody who was in it. */
  'conversation.deleted': { conversationId: string };
  /** To the user's own devices: their private state changed. */
  'conversation.me': { userId: string; conversationId: string; stateRev: number; me: OwnMembershipView };
  'receipt.read': { conversationId: string; userId: string; seq: number };
  'receipt.delivered': { conversationId: string; userId: string; seq: number };
  /** Somebody blocked somebody else, or no longer does. */
  'block.changed': { userId: string; blockedId: string };
  /** A session ended before its time: its sockets close and its tokens are refused. */
  'session.ended': { sessionId: string; userId: string; reason: SessionEndReason };
  /** Somebody has made an account, with an e-mail address or without. */
  'user.registered': { userId: string; email: string | null };
  /** Somebody has another address now, which is not verified; `from` is the one before, where that was. */
  'email.changed': { userId: string; from: string | null };
  /** Somebody wants the link that verifies their address once more. */
  'verification.requested': { userId: string };
  /** Somebody says that they have forgotten the password of an account with that address, if there is one. */
  'password.forgotten': { email: string };
  /** Somebody has a new password: by the old one, or by a link from their mailbox. */
  'password.changed': { userId: string };
}

/** The bus that use cases announce on. */
export class Events extends EventBus<DomainEvents> {}
