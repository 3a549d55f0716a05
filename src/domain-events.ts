import { EventBus, type EventOf } from './common/event-bus.js';
import type {
  ConversationView,
  OwnMembershipView,
  SharedConversationView,
} from './read-models/conversation.view.dto.js';
import type { MemberView } from './read-models/member.view.dto.js';
import type { MessageView } from './read-models/message.view.dto.js';
import type { SessionEndReason } from './sessions/session.js';

/** Why a membership ended: the member left, an owner or admin removed them, or their account was deleted. */
export const LEAVE_REASONS = ['left', 'removed', 'deleted'] as const;
export type LeaveReason = (typeof LEAVE_REASONS)[number];

/**
 * Every event published inside the server, in the past tense. Each is published after the commit that made it true, and
 * carries all the data of its listeners, so that delivery queries no database.
 */
export interface DomainEvents {
  'message.created': { conversationId: string; rev: number; message: MessageView };
  'message.updated': { conversationId: string; rev: number; message: MessageView };
  'message.deleted': { conversationId: string; rev: number; message: MessageView };
  'member.joined': { conversationId: string; rev: number; member: MemberView };
  'member.updated': { conversationId: string; rev: number; member: MemberView };
  'member.left': { conversationId: string; rev: number; userId: string; by: string; reason: LeaveReason };
  /** For a user who became a member: the conversation as that user sees it. */
  'conversation.added': { userId: string; conversation: ConversationView };
  'conversation.updated': { conversationId: string; rev: number; conversation: SharedConversationView };
  /** For a user who is no longer a member. */
  'conversation.removed': { conversationId: string; userId: string; reason: LeaveReason };
  /** For the members that the conversation had. */
  'conversation.deleted': { conversationId: string };
  /** For the user's own devices: the user's private state of the conversation changed. */
  'conversation.me': { userId: string; conversationId: string; stateRev: number; me: OwnMembershipView };
  'receipt.read': { conversationId: string; userId: string; seq: number };
  'receipt.delivered': { conversationId: string; userId: string; seq: number };
  /** `userId` blocked or unblocked `blockedId`. */
  'block.changed': { userId: string; blockedId: string };
  /** A session was ended before it expired: its sockets close and its tokens are refused. */
  'session.ended': { sessionId: string; userId: string; reason: SessionEndReason };
  /** An account was created, with or without an e-mail address. */
  'user.registered': { userId: string; email: string | null };
  /** The account's address changed and is not verified yet; `from` is the previous address. */
  'email.changed': { userId: string; from: string | null };
  /** A password changed, by the previous password or by a reset link. */
  'password.changed': { userId: string };
}

/** One domain event with its name, as a store returns it with the result of a write. */
export type DomainEvent = EventOf<DomainEvents>;

/** The bus on which domain events are published. */
export class Events extends EventBus<DomainEvents> {}
