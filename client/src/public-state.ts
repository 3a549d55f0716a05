import type { Conversation, Member, Message, OwnMembership, OwnUser, Problem, Receipt } from './api-types.js';
import type { MessageOperation } from './server-events.js';

/** Why a session ended. `unauthenticated`: the server does not accept its tokens any more. */
export type SessionEndReason =
  | 'logged_out'
  | 'revoked'
  | 'replaced'
  | 'password_changed'
  | 'token_reused'
  | 'account_deleted'
  | 'expired'
  | 'unauthenticated';

/** The logged-in user. `user` is null before a log-in, and after the session has ended. */
export interface SessionState {
  readonly user: OwnUser | null;
  readonly sessionId: string | null;
}

/** The state of the connection. `ended` requires a new log-in. */
export interface ConnectionState {
  /**
   * `offline`: not connected, and no attempt in progress. `connecting`: an attempt is in progress. `online`: connected
   * and subscribed. `ended`: the session is over.
   */
  readonly status: 'offline' | 'connecting' | 'online' | 'ended';
  /** While `offline`: the time of the next attempt, in milliseconds since the epoch. Null when none is scheduled. */
  readonly retryAt: number | null;
  /** The reason, with `ended`. */
  readonly endedReason: SessionEndReason | null;
  /** Missed changes are being fetched: the visible state may be out of date. */
  readonly isSyncing: boolean;
}

/** `pending`: in the outbox. `sent`: stored by the server. `failed`: rejected, and not retried. */
export type MessageStatus = 'pending' | 'sent' | 'failed';

/**
 * A message with the changes of this device that the server has not acknowledged yet. `id` never changes, so that it
 * can be the key of a list.
 */
export interface ChatMessage extends Omit<Message, 'seq' | 'rev'> {
  /** The sequence number in the conversation; null until the message is stored. */
  readonly seq: number | null;
  readonly status: MessageStatus;
  /** Why the server rejected it, with `failed`. */
  readonly error: Problem | null;
  /** The message shows an edit, deletion or reaction of this device that is not acknowledged yet. */
  readonly hasPendingChange: boolean;
}

/** A conversation in the inbox. */
export interface ConversationState extends Omit<Conversation, 'me' | 'lastMessage'> {
  readonly me: OwnMembership;
  /** The newest message, pending or stored. */
  readonly lastMessage: ChatMessage | null;
  /** The title. Without one: the name of the other user in a direct conversation, null in a group. */
  readonly name: string | null;
  /** Time of the last message, or of creation: RFC 3339. The inbox is sorted by it. */
  readonly activeAt: string;
}

/**
 * A membership change, for display between messages. Notices exist only while the client runs; the history has none.
 */
export interface Notice {
  readonly id: string;
  readonly kind: 'joined' | 'left' | 'removed' | 'deleted';
  readonly userId: string;
  /** The user who made the change; null when unknown. */
  readonly by: string | null;
  /** The notice follows the message with this `seq`. */
  readonly afterSeq: number;
  /** RFC 3339. */
  readonly at: string;
}

/** A window of a conversation's messages, bounded by `windowSize`, however long the conversation is. */
export interface MessagesState {
  /** Ascending by `seq`, then pending messages. */
  readonly items: readonly ChatMessage[];
  /** Older messages exist: call `loadOlder()`. */
  readonly hasBefore: boolean;
  /**
   * Newer messages exist: call `loadNewer()` or `jumpToLatest()`. Pending messages are shown only when this is false.
   */
  readonly hasAfter: boolean;
  readonly notices: readonly Notice[];
  /** False until the conversation has been loaded. */
  readonly isLoaded: boolean;
  /** The page that is being fetched. */
  readonly loading: 'older' | 'newer' | 'jump' | null;
}

/** The members of a conversation. Large lists are loaded page by page. */
export interface MembersState {
  /** By role, then by the time of joining. */
  readonly items: readonly Member[];
  /** The number of members, loaded or not. */
  readonly total: number;
  /** `items` holds all members. */
  readonly isComplete: boolean;
  readonly isLoading: boolean;
}

/** Whether a user is online. Users whose presence is hidden appear offline, with `lastSeenAt` null. */
export interface Presence {
  readonly online: boolean;
  /** RFC 3339. */
  readonly lastSeenAt: string | null;
}

/** The read and delivery markers of the other members, ordered by `userId`. */
export type ReceiptsState = readonly Receipt[];

/** An operation that waits to be sent, or was rejected. */
export interface OutboxEntry {
  readonly id: string;
  readonly kind: MessageOperation | 'read' | 'delivered';
  readonly conversationId: string;
  /** The message concerned; null for markers. */
  readonly messageId: string | null;
  /** The number of attempts. */
  readonly attempts: number;
  /** Why the server rejected it; null while it is pending. Only sends stay in the outbox after a rejection. */
  readonly error: Problem | null;
}

/** One-time events, for notifications for example. */
export interface ClientEvents {
  /** A message by another user arrived. `isLive` is false when a sync delivered it later. */
  message: { readonly message: Message; readonly isLive: boolean };
  /** A member joined, left or was removed. */
  notice: { readonly conversationId: string; readonly notice: Notice };
  /** The server rejected an operation for good. Its local effect is undone; a send stays, with status `failed`. */
  refused: { readonly entry: OutboxEntry; readonly problem: Problem };
  /** The user became a member of a conversation, or is no longer one. */
  conversationAdded: { readonly conversationId: string };
  conversationRemoved: { readonly conversationId: string; readonly reason: 'left' | 'removed' | 'deleted' };
  /** The session ended. Tokens are deleted; local data stays for the same user. */
  sessionEnded: { readonly reason: SessionEndReason };
}
