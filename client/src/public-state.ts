import type { Conversation, Member, Message, OwnMembership, OwnUser, Problem, Receipt } from './api-types.js';

/** Why a session is over. `unauthenticated`: the server does not know its tokens any more. */
export type SessionEndReason =
  | 'logged_out'
  | 'revoked'
  | 'replaced'
  | 'password_changed'
  | 'token_reused'
  | 'account_deleted'
  | 'expired'
  | 'unauthenticated';

/** Who is logged in here. `user` is null before anybody is, and once the session has ended. */
export interface SessionState {
  readonly user: OwnUser | null;
  readonly sessionId: string | null;
}

/** The state of the connection; `ended` means that somebody has to log in again. */
export interface ConnectionState {
  /**
   * `offline`: there is no connection, and none is being made at the moment. `connecting`: one is. `online`: connected
   * and subscribed. `ended`: the session is over.
   */
  readonly status: 'offline' | 'connecting' | 'online' | 'ended';
  /** While `offline`: when the next attempt is made, in milliseconds of the epoch; null when none is planned. */
  readonly retryAt: number | null;
  /** With `ended`: why. */
  readonly endedReason: SessionEndReason | null;
  /** What was missed is being fetched: what is shown may be old. */
  readonly isSyncing: boolean;
}

/** What became of a message on its way: `pending` in the outbox, `sent` and stored, `failed` for good. */
export type MessageStatus = 'pending' | 'sent' | 'failed';

/**
 * A message as it is shown: a stored one with what was changed here and is not acknowledged yet, or one that is on its
 * way. `id` stays the same from the moment it is sent, and is a good key for a list.
 */
export interface ChatMessage extends Omit<Message, 'seq' | 'rev'> {
  /** Its place in the conversation; null until it is stored. */
  readonly seq: number | null;
  readonly status: MessageStatus;
  /** With `failed`: why the server refused it. */
  readonly error: Problem | null;
  /** An edit, deletion or reaction of one's own is shown here that is not acknowledged yet. */
  readonly hasPendingChange: boolean;
}

/** A conversation of the inbox. */
export interface ConversationState extends Omit<Conversation, 'me' | 'lastMessage'> {
  readonly me: OwnMembership;
  /** The newest message, on its way or stored. */
  readonly lastMessage: ChatMessage | null;
  /** Its title; of a direct conversation without one the other's name, of a group nothing but `null`. */
  readonly name: string | null;
  /** When anything was last said in it, or when it was made: RFC 3339. The inbox is sorted by this. */
  readonly activeAt: string;
}

/** Somebody came or went, told among the messages. These are of this run of the client: they are in no history. */
export interface Notice {
  readonly id: string;
  readonly kind: 'joined' | 'left' | 'removed' | 'deleted';
  readonly userId: string;
  /** Who did it, where that is known. */
  readonly by: string | null;
  /** It stands after the message with this `seq`. */
  readonly afterSeq: number;
  /** RFC 3339. */
  readonly at: string;
}

/** A stretch of a conversation's messages: no more than the window holds, whatever the conversation's length. */
export interface MessagesState {
  /** Ascending by `seq`, then those that are on their way. */
  readonly items: readonly ChatMessage[];
  /** There are older ones than `items`: `loadOlder()`. */
  readonly hasBefore: boolean;
  /** There are newer ones than `items`: `loadNewer()`, `jumpToLatest()`. Those on their way are shown only without. */
  readonly hasAfter: boolean;
  readonly notices: readonly Notice[];
  /** False until anything is known of the conversation here. */
  readonly isLoaded: boolean;
  /** What is being fetched. */
  readonly loading: 'older' | 'newer' | 'jump' | null;
}

/** People of a conversation. Large ones are loaded bit by bit. */
export interface MembersState {
  /** By role, then by the time they joined. */
  readonly items: readonly Member[];
  /** How many there are, loaded or not. */
  readonly total: number;
  /** All of them are in `items`. */
  readonly isComplete: boolean;
  readonly isLoading: boolean;
}

/** Whether somebody is there. Offline and `lastSeenAt` null also when one may not know. */
export interface Presence {
  readonly online: boolean;
  /** RFC 3339. */
  readonly lastSeenAt: string | null;
}

/** How far the others have read and got, by `userId`. */
export type ReceiptsState = readonly Receipt[];

/** Something that waits to be sent, or was refused for good. */
export interface OutboxEntry {
  readonly id: string;
  readonly kind: 'send' | 'edit' | 'delete' | 'react' | 'unreact' | 'read' | 'delivered';
  readonly conversationId: string;
  /** The message that it is about; null for markers. */
  readonly messageId: string | null;
  /** How often it was tried. */
  readonly attempts: number;
  /** Why it was refused for good; null while it is on its way. Only sends are kept when they fail. */
  readonly error: Problem | null;
}

/** What happens that is no state: for notifications and the like. */
export interface ClientEvents {
  /** A message by somebody else is new here. `isLive` is false for what was missed and came with a sync. */
  message: { readonly message: Message; readonly isLive: boolean };
  /** Somebody came or went. */
  notice: { readonly conversationId: string; readonly notice: Notice };
  /** The server refused for good what was asked of it here; what was shown of it is taken back (a send stays, as failed). */
  refused: { readonly entry: OutboxEntry; readonly problem: Problem };
  /** One is in a conversation, or no longer. */
  conversationAdded: { readonly conversationId: string };
  conversationRemoved: { readonly conversationId: string; readonly reason: 'left' | 'removed' | 'deleted' };
  /** The session is over; tokens are gone, what is stored here is kept for the same user. */
  sessionEnded: { readonly reason: SessionEndReason };
}
