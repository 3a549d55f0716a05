import type { Api } from './connection/api.js';
import { Auth } from './session/auth.js';
import { Conversations } from './conversations/conversations.js';
import { ClientCore } from './client-core.js';
import { platformEnvironment } from './environment.js';
import { unwrap } from './connection/http.js';
import type { MemberList } from './lists/member-list.js';
import type { MessageList } from './lists/message-list.js';
import type { Draft } from './model/pending-operation.js';
import { entryOf } from './model/outbox-queue.js';
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
import { Users } from './users/users.js';
import type { Limits, Message, Page, Person, Reply } from './api-types.js';

/** Names a message: a ChatMessage is one. */
export interface MessageRef {
  readonly id: string;
  readonly conversationId: string;
}

/** Of a quoted text so much is shown. */
const PREVIEW_MAX = 140;

/**
 * A GoChat client: a session, what is known of its conversations, and what is on its way.
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
  /** Profiles, search and blocks. */
  readonly users: Users;
  /** Making, joining and changing conversations. */
  readonly conversations: Conversations;
  /** What waits to be sent, and the sends that failed. */
  readonly outbox: Observable<readonly OutboxEntry[]>;
  private readonly engine: ClientCore;
  private readonly environment;
  private unwatch: (() => void) | null = null;
  private known: Promise<Limits> | null = null;

  constructor(options: ClientOptions) {
    const engine = new ClientCore(options);
    this.engine = engine;
    this.environment = options.environment ?? platformEnvironment;
    this.auth = new Auth(engine.api, engine.session, options.device, {
      entered: ({ user }) => engine.enter(user.id),
      left: () => engine.leave(),
    });
    this.users = new Users(engine.api, engine.session);
    this.conversations = new Conversations(engine.api, () => engine.settled());
    const outbox = new Computed<readonly OutboxEntry[]>(() => engine.outbox.queue.all.map(entryOf));
    engine.outbox.signals.on('changed', () => outbox.invalidate());
    this.outbox = outbox;
  }

  /** Every REST route, typed by the server's document. Tokens are added, and refreshed when they have expired. */
  get api(): Api {
    return this.engine.api;
  }

  /** Who is logged in. */
  get session(): Observable<SessionState> {
    return this.engine.session.state;
  }

  get connection(): Observable<ConnectionState> {
    return this.engine.connection.state;
  }

  /** All conversations, archived ones too: pinned first, then by what was last said. */
  get inbox(): Observable<readonly ConversationState[]> {
    return this.engine.inbox.all;
  }

  /**
   * Loads tokens and local data, and connects if somebody is logged in. Resolves before the connection is there; never
   * rejects for want of one.
   */
  async start(): Promise<void> {
    this.unwatch ??= this.environment.watch(() => this.foreground());
    await this.engine.start();
  }

  /** Closes the connection and writes what is unwritten. The session stays: `start()` goes on with it. */
  async stop(): Promise<void> {
    this.unwatch?.();
    this.unwatch = null;
    await this.engine.stop();
  }

  /** The app is in front again: connects at once, or syncs. */
  foreground(): void {
    this.engine.wake();
  }

  /** One conversation; null while one is not a member, or it is not known yet. */
  conversation(id: string): Observable<ConversationState | null> {
    return this.engine.inbox.of(id);
  }

  /** The messages of a conversation, through a window. The same list for the same id. */
  messages(conversationId: string): MessageList {
    return this.engine.lists.messages(conversationId);
  }

  /** The people of a conversation. The same list for the same id. */
  members(conversationId: string): MemberList {
    return this.engine.lists.members(conversationId);
  }

  /** How far the others have read; followed while somebody subscribes, in conversations of up to 100 members. */
  receipts(conversationId: string): Observable<ReceiptsState> {
    return this.engine.receipts.of(conversationId);
  }

  /** The ids of those who type there now, oneself not among them. */
  typing(conversationId: string): Observable<readonly string[]> {
    return this.engine.typing.of(conversationId);
  }

  /** Whether somebody is there; watched while somebody subscribes. Null: not known yet. */
  presence(userId: string): Observable<Presence | null> {
    return this.engine.presence.of(userId);
  }

  /** Somebody's name and picture; fetched when somebody subscribes and it was not seen yet. */
  person(userId: string): Observable<Person | null> {
    return this.engine.people.of(userId);
  }

  /**
   * Sends a message: shown at once, sent when there is a connection.
   * @param message text: 1–8,000 characters; replyToId: a message of the same conversation; mentions: ids of up to 50
   *   members; metadata: up to 4 KiB of JSON
   * @returns the message's id, which it keeps
   */
  send(conversationId: string, message: Draft): string {
    const { text, replyToId, mentions, metadata } = message;
    const draft = {
      text,
      ...(replyToId && { replyToId }),
      ...(mentions && { mentions }),
      ...(metadata && { metadata }),
    };
    this.engine.typing.sent(conversationId);
    return this.engine.outbox.send(conversationId, draft, this.reply(conversationId, replyToId));
  }

  /** Changes the words of one's own message. */
  edit({ id, conversationId }: MessageRef, text: string): void {
    const at = new Date().toISOString();
    this.engine.outbox.change({ kind: 'edit', conversationId, messageId: id, text, at });
  }

  /** Deletes a message: a tombstone stays, unless it never left. */
  delete({ id, conversationId }: MessageRef): void {
    const at = new Date().toISOString();
    this.engine.outbox.change({ kind: 'delete', conversationId, messageId: id, at });
  }

  /** Adds one's emoji; again, and nothing changes. */
  react({ id, conversationId }: MessageRef, emoji: string): void {
    this.engine.outbox.change({ kind: 'react', conversationId, messageId: id, emoji });
  }

  /** Takes one's emoji back. */
  unreact({ id, conversationId }: MessageRef, emoji: string): void {
    this.engine.outbox.change({ kind: 'unreact', conversationId, messageId: id, emoji });
  }

  /** Everything up to that `seq` is read, or up to the last message. Never goes back. */
  markRead(conversationId: string, seq?: number): void {
    this.mark('read', conversationId, seq);
  }

  /** Everything up to that `seq` has arrived. The client does this by itself, unless `marksDelivered` is false. */
  markDelivered(conversationId: string, seq?: number): void {
    this.mark('delivered', conversationId, seq);
  }

  /** Sends again what failed, behind what waits. */
  retry(messageId: string): void {
    this.engine.outbox.retry(messageId);
  }

  /** Forgets a send that failed. */
  discard(messageId: string): void {
    this.engine.outbox.discard(messageId);
  }

  /** One types: call it at each key press. Dropped when offline. */
  startTyping(conversationId: string): void {
    this.engine.typing.start(conversationId);
  }

  /** One has stopped without sending. */
  stopTyping(conversationId: string): void {
    this.engine.typing.stop(conversationId);
  }

  /**
   * Full text over one's conversations, or one of them, newest first.
   * @throws ProblemError, UnreachableError
   */
  searchMessages(
    q: string,
    options: { conversationId?: string; limit?: number; cursor?: string } = {},
  ): Promise<Page<Message>> {
    return unwrap(this.api.GET('/api/v1/messages/search', { params: { query: { q, ...options } } }));
  }

  /** The server's limits, asked for once. @throws ProblemError, UnreachableError */
  limits(): Promise<Limits> {
    this.known ??= unwrap(this.api.GET('/api/v1/config')).catch((error: unknown) => {
      this.known = null;
      throw error;
    });
    return this.known;
  }

  /** Listens to what is no state. @returns what ends it */
  on<E extends keyof ClientEvents>(event: E, listener: (payload: ClientEvents[E]) => void): () => void {
    return this.engine.events.on(event, listener);
  }

  private mark(kind: 'read' | 'delivered', conversationId: string, seq?: number): void {
    const state = this.engine.inbox.of(conversationId).getSnapshot();
    if (!state) return;
    const upTo = Math.min(seq ?? state.lastSeq, state.lastSeq);
    if (upTo > state.me[`${kind}Seq`]) this.engine.outbox.mark({ conversationId, kind, seq: upTo });
  }

  private reply(conversationId: string, id: string | undefined): Reply | null {
    const quoted = this.messages(conversationId)
      .getSnapshot()
      .items.find((message) => message.id === id);
    if (!quoted) return null;
    const preview = [...quoted.text].slice(0, PREVIEW_MAX).join('');
    return { id: quoted.id, seq: quoted.seq ?? 0, senderId: quoted.sender.id, preview };
  }
}
