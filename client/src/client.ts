import type { Limits, Message, Page, Person, Reply } from './api-types.js';
import { ClientCore } from './client-core.js';
import type { Api } from './connection/api.js';
import { unwrap } from './connection/http.js';
import { Conversations } from './conversations/conversations.js';
import { platformEnvironment } from './environment.js';
import type { MemberList } from './lists/member-list.js';
import type { MessageList } from './lists/message-list.js';
import { entryOf } from './model/outbox-queue.js';
import type { Draft } from './model/pending-operation.js';
import { Computed, type Observable } from './observable.js';
import type { ClientOptions } from './options.js';
import type {
  ClientEvents,
  ConnectionState,
  ConversationState,
  OutboxEntry,
  Presence,
  ReceiptsState,
  SessionState,
} from './public-state.js';
import { Auth } from './session/auth.js';
import { Users } from './users/users.js';

/** Names a message. A {@link ChatMessage} is a `MessageRef`. */
export interface MessageRef {
  readonly id: string;
  readonly conversationId: string;
}

/** Characters of the original text that a reply shows: the server's own limit. */
const REPLY_PREVIEW_LENGTH = 140;

/**
 * A GoChat client: the session, the cached conversations, and the outbox. The app creates one for each user who is
 * logged in at the same time, usually one, and keeps it for as long as it runs.
 *
 * @example
 * const client = new GoChatClient({ url: 'http://localhost:3000' });
 * await client.start();
 * await client.auth.login({ login: 'ada', password: 'correct horse' });
 * client.on('message', ({ message }) => console.log(message.text));
 * client.send(conversationId, { text: 'Hello' });
 */
export class GoChatClient {
  /** Accounts, log-in and sessions. */
  readonly auth: Auth;
  /** Profiles, user search and blocks. */
  readonly users: Users;
  /** Creates, joins and changes conversations. */
  readonly conversations: Conversations;
  /** Operations that wait to be sent, and sends that failed. */
  readonly outbox: Observable<readonly OutboxEntry[]>;
  private readonly core: ClientCore;
  private readonly environment;
  private stopWatching: (() => void) | null = null;
  private cachedLimits: Promise<Limits> | null = null;

  constructor(options: ClientOptions) {
    const core = new ClientCore(options);
    this.core = core;
    this.environment = options.environment ?? platformEnvironment;
    this.auth = new Auth(core.api, core.session, options.device, {
      onLogin: ({ user }) => core.onLogin(user.id),
      onLogout: () => core.onLogout(),
    });
    this.users = new Users(core.api, core.session);
    this.conversations = new Conversations(core.api, () => core.syncIfOnline());
    const outbox = new Computed<readonly OutboxEntry[]>(() => core.outbox.queue.all.map(entryOf));
    core.outbox.signals.on('changed', () => outbox.invalidate());
    this.outbox = outbox;
  }

  /**
   * Every REST route, typed by the server's OpenAPI document. Requests carry the access token; an expired token is
   * refreshed.
   */
  get api(): Api {
    return this.core.api;
  }

  /** The logged-in user; see {@link SessionState}. */
  get session(): Observable<SessionState> {
    return this.core.session.state;
  }

  get connection(): Observable<ConnectionState> {
    return this.core.connection.state;
  }

  /** All conversations, archived ones included: pinned first, then by latest activity. */
  get inbox(): Observable<readonly ConversationState[]> {
    return this.core.inbox.all;
  }

  /**
   * Loads tokens and local data, then connects if a user is logged in. Resolves before the connection is open, and does
   * not reject when the server is unreachable.
   */
  async start(): Promise<void> {
    this.stopWatching ??= this.environment.watch(() => this.foreground());
    await this.core.start();
  }

  /** Closes the connection and writes pending changes to the local store. The session stays: `start()` resumes it. */
  async stop(): Promise<void> {
    this.stopWatching?.();
    this.stopWatching = null;
    await this.core.stop();
  }

  /** Call it when the app comes to the foreground: it connects at once, or syncs. Browsers call it automatically. */
  foreground(): void {
    this.core.wake();
  }

  /** One conversation. Null when the user is not a member, or when it has not been loaded yet. */
  conversation(id: string): Observable<ConversationState | null> {
    return this.core.inbox.of(id);
  }

  /** The messages of a conversation, through a window. Returns the same list for the same id. */
  messages(conversationId: string): MessageList {
    return this.core.lists.messages(conversationId);
  }

  /** The members of a conversation. Returns the same list for the same id. */
  members(conversationId: string): MemberList {
    return this.core.lists.members(conversationId);
  }

  /**
   * The read and delivery markers of the other members. Updated while subscribed, in conversations of up to 100
   * members.
   */
  receipts(conversationId: string): Observable<ReceiptsState> {
    return this.core.receipts.of(conversationId);
  }

  /** The ids of the other users who are typing in the conversation. */
  typing(conversationId: string): Observable<readonly string[]> {
    return this.core.typing.of(conversationId);
  }

  /** Whether a user is online. Watched while subscribed; null until the server has answered. */
  presence(userId: string): Observable<Presence | null> {
    return this.core.presenceWatch.of(userId);
  }

  /** A user's name and picture. Fetched on the first subscription unless already cached. */
  person(userId: string): Observable<Person | null> {
    return this.core.userCache.of(userId);
  }

  /**
   * Sends a message. It is shown immediately, and sent as soon as the client is online.
   * @param message text: 1–8,000 characters; replyToId: a message of the same conversation; mentions: ids of up to 50
   *   members; metadata: up to 4 KiB of JSON
   * @returns the message's id, which never changes
   */
  send(conversationId: string, message: Draft): string {
    const { text, replyToId, mentions, metadata } = message;
    const draft = {
      text,
      ...(replyToId && { replyToId }),
      ...(mentions && { mentions }),
      ...(metadata && { metadata }),
    };
    this.core.typing.onMessageSent(conversationId);
    return this.core.outbox.send(conversationId, draft, this.quote(conversationId, replyToId));
  }

  /** Changes the text of a message of the user's own. */
  edit({ id, conversationId }: MessageRef, text: string): void {
    const at = new Date().toISOString();
    this.core.outbox.change({ kind: 'edit', conversationId, messageId: id, text, at });
  }

  /** Deletes a message. A stored message becomes a tombstone; an unsent one is removed from the outbox. */
  delete({ id, conversationId }: MessageRef): void {
    const at = new Date().toISOString();
    this.core.outbox.change({ kind: 'delete', conversationId, messageId: id, at });
  }

  /** Adds a reaction. Adding the same emoji again changes nothing. */
  react({ id, conversationId }: MessageRef, emoji: string): void {
    this.core.outbox.change({ kind: 'react', conversationId, messageId: id, emoji });
  }

  /** Removes a reaction of the user's own. */
  unreact({ id, conversationId }: MessageRef, emoji: string): void {
    this.core.outbox.change({ kind: 'unreact', conversationId, messageId: id, emoji });
  }

  /** Marks everything up to `seq` as read; without `seq`, everything. The marker never moves backwards. */
  markRead(conversationId: string, seq?: number): void {
    this.moveMarker('read', conversationId, seq);
  }

  /** Marks everything up to `seq` as delivered. The client does this automatically unless `marksDelivered` is false. */
  markDelivered(conversationId: string, seq?: number): void {
    this.moveMarker('delivered', conversationId, seq);
  }

  /** Sends a failed message again, after the operations that are already waiting. */
  retry(messageId: string): void {
    this.core.outbox.retry(messageId);
  }

  /** Removes a failed message from the outbox. */
  discard(messageId: string): void {
    this.core.outbox.discard(messageId);
  }

  /** Reports that the user is typing. Call it at each key press: it is throttled, and dropped while offline. */
  startTyping(conversationId: string): void {
    this.core.typing.start(conversationId);
  }

  /** Reports that the user stopped typing without sending. */
  stopTyping(conversationId: string): void {
    this.core.typing.stop(conversationId);
  }

  /**
   * Searches the text of the user's conversations, or of one of them. Newest first.
   * @throws ProblemError, UnreachableError
   */
  searchMessages(
    q: string,
    options: { conversationId?: string; limit?: number; cursor?: string } = {},
  ): Promise<Page<Message>> {
    return unwrap(this.api.GET('/api/v1/messages/search', { params: { query: { q, ...options } } }));
  }

  /** The server's limits, fetched once and cached. @throws ProblemError, UnreachableError */
  limits(): Promise<Limits> {
    this.cachedLimits ??= unwrap(this.api.GET('/api/v1/config')).catch((error: unknown) => {
      this.cachedLimits = null;
      throw error;
    });
    return this.cachedLimits;
  }

  /** Subscribes to one-time events. Use the observables for state. @returns a function that unsubscribes */
  on<E extends keyof ClientEvents>(event: E, listener: (payload: ClientEvents[E]) => void): () => void {
    return this.core.events.on(event, listener);
  }

  private moveMarker(kind: 'read' | 'delivered', conversationId: string, seq?: number): void {
    const state = this.core.inbox.of(conversationId).getSnapshot();
    if (!state) return;
    const upTo = Math.min(seq ?? state.lastSeq, state.lastSeq);
    if (upTo > state.me[`${kind}Seq`]) this.core.outbox.mark({ conversationId, kind, seq: upTo });
  }

  private quote(conversationId: string, id: string | undefined): Reply | null {
    const quoted = this.messages(conversationId)
      .getSnapshot()
      .items.find((message) => message.id === id);
    if (!quoted) return null;
    const preview = [...quoted.text].slice(0, REPLY_PREVIEW_LENGTH).join('');
    return { id: quoted.id, seq: quoted.seq ?? 0, senderId: quoted.sender.id, preview };
  }
}
