import type { Person } from './api-types.js';
import { type Api, createApi } from './connection/api.js';
import { Connection } from './connection/connection.js';
import { unwrap } from './connection/http.js';
import { type OpenTransport, socketTransportFactory } from './connection/socket-transport.js';
import { Receipts } from './conversations/receipts.js';
import { Typing } from './conversations/typing.js';
import { Emitter } from './emitter.js';
import { UnreachableError } from './errors.js';
import { Inbox } from './lists/inbox.js';
import { ListRegistry } from './lists/list-registry.js';
import { type StateChange, SyncState } from './model/sync-state.js';
import { type ClientOptions, timingOf } from './options.js';
import type { ClientEvents, Presence } from './public-state.js';
import type { CommandName, CommandPayload, EphemeralEvent } from './server-events.js';
import { TokenSession } from './session/session.js';
import { MemoryTokenStore } from './session/token-store.js';
import type { LocalStore } from './store/local-store.js';
import { MemoryStore } from './store/memory.js';
import { fromStored, Persistence } from './store/persistence.js';
import { DeliveryReceipts } from './sync/delivery-receipts.js';
import { Outbox } from './sync/outbox.js';
import { SyncEngine } from './sync/sync-engine.js';
import { PresenceWatch } from './users/presence-watch.js';
import { UserCache } from './users/user-cache.js';

const WINDOW_SIZE = { min: 50, default: 200, max: 1_000 };

/**
 * The components of a client and the wiring between them. {@link GoChatClient} creates one and delegates to it; each
 * component reports through signals, and `wireUp` connects the signals to the components that depend on them.
 */
export class ClientCore {
  readonly events = new Emitter<ClientEvents>();
  readonly session: TokenSession;
  readonly api: Api;
  readonly connection: Connection;
  readonly sync: SyncEngine;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly lists: ListRegistry;
  readonly receipts: Receipts;
  readonly typing: Typing;
  readonly presenceWatch: PresenceWatch;
  readonly userCache: UserCache;
  private readonly store: LocalStore;
  private readonly persistence: Persistence;
  private readonly deliveryReceipts: DeliveryReceipts | null;
  /** The last logged-in user: the sender of pending messages, also after the session has ended. */
  private lastSelf: Person = { id: '', username: null, displayName: null, avatarUrl: null };
  private opening: Promise<void> = Promise.resolve();

  constructor(options: ClientOptions, openTransport?: OpenTransport) {
    const url = options.url.replace(/(?<!\/)\/+$/, '');
    const timing = timingOf(options.timing);
    const self = (): Person => this.self;
    const syncState = (): SyncState => this.sync.state;
    this.store = options.store ?? new MemoryStore();
    this.session = new TokenSession(`${url}/api/v1`, options.tokens ?? new MemoryTokenStore(), timing.answerMs);
    this.api = createApi(url, this.session, timing.answerMs);
    this.connection = new Connection(
      openTransport ?? socketTransportFactory(url, timing.connectMs),
      this.session,
      timing,
      {
        onLogEvent: (event) => this.sync.receive(event),
        onEphemeralEvent: (event) => this.onEphemeralEvent(event),
        onOnline: () => this.onOnline(),
        onOffline: () => this.onOffline(),
      },
    );
    this.sync = new SyncEngine(new SyncState(''), this.connection, timing);
    this.outbox = new Outbox(syncState, this.connection, timing);
    this.inbox = new Inbox(syncState, this.outbox.queue, self);
    this.lists = new ListRegistry({
      sync: this.sync,
      api: this.api,
      queue: this.outbox.queue,
      self,
      windowSize: Math.min(WINDOW_SIZE.max, Math.max(WINDOW_SIZE.min, options.windowSize ?? WINDOW_SIZE.default)),
      onNotice: (conversationId, notice) => this.events.emit('notice', { conversationId, notice }),
    });
    this.receipts = new Receipts(
      () => this.session.user?.id ?? null,
      async (id) => {
        const path = { path: { id }, query: { limit: 100 } };
        return (await unwrap(this.api.GET('/api/v1/conversations/{id}/members', { params: path }))).items;
      },
    );
    this.typing = new Typing((command, conversationId) => this.sendIfOnline(command, { conversationId }));
    this.presenceWatch = new PresenceWatch((userIds) => this.watchPresence(userIds));
    this.userCache = new UserCache((id) => unwrap(this.api.GET('/api/v1/users/{id}', { params: { path: { id } } })));
    this.persistence = new Persistence(this.store, syncState);
    this.deliveryReceipts = options.marksDelivered === false ? null : new DeliveryReceipts(syncState, this.outbox);
    this.wireUp();
  }

  /** The logged-in user, or the last one. */
  get self(): Person {
    if (this.session.user) this.lastSelf = this.session.user;
    return this.lastSelf;
  }

  /** Loads the session and its local data, then connects. Does not connect when no user is logged in. */
  async start(): Promise<void> {
    await this.session.load();
    if (!this.session.user) return;
    await this.openUserData(this.session.user.id);
    this.connection.start();
  }

  async stop(): Promise<void> {
    this.connection.stop();
    this.typing.offline();
    await this.persistence.flush();
  }

  /** `Auth` calls it after a log-in. Data of another user is erased. */
  async onLogin(userId: string): Promise<void> {
    this.connection.stop();
    await this.openUserData(userId);
    this.connection.start();
  }

  /** `Auth` calls it after a log-out. Tokens and local data are erased. */
  async onLogout(): Promise<void> {
    this.connection.stop();
    await this.session.forget();
    await this.erase();
  }

  /** The app is in the foreground again, or the network is back. */
  wake(): void {
    if (this.connection.isOnline) this.sync.sync().catch(() => undefined);
    else this.connection.wake();
  }

  /** Waits until the changes of a REST request are in the local state. Returns at once while offline. */
  async syncIfOnline(): Promise<void> {
    try {
      await this.sync.sync();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
    }
  }

  /** Shows a user's data: from memory, from the local store, or empty. One call at a time. */
  private openUserData(userId: string): Promise<void> {
    this.opening = this.opening.then(() => this.loadUserData(userId));
    return this.opening;
  }

  private async loadUserData(userId: string): Promise<void> {
    if (this.sync.state.userId === userId) return;
    // After another user, the store holds nothing of this one. Only the first load reads it.
    const isFirst = this.sync.state.userId === '';
    // An unreadable store counts as empty: the next sync loads everything except the outbox.
    const stored = isFirst ? await this.store.load().catch(() => null) : null;
    if (stored?.head.userId !== userId) await this.erase();
    const state = new SyncState(userId);
    this.sync.replaceState(state);
    if (stored?.head.userId === userId) {
      state.restore(stored.head.epoch, stored.head.stateRev, fromStored(stored));
      this.outbox.restore(stored.outbox, state);
    }
    for (const { tail, peer, members } of state.all()) {
      for (const { sender } of tail.items) this.userCache.store(sender);
      for (const { user } of members.values()) this.userCache.store(user);
      if (peer) this.userCache.store(peer);
    }
    this.refreshViews();
  }

  private async erase(): Promise<void> {
    await this.persistence.discard();
    await this.store.clear().catch(() => undefined);
    this.sync.replaceState(new SyncState(''));
    this.outbox.clear();
    this.receipts.clear();
    this.typing.offline();
    this.refreshViews();
  }

  private refreshViews(): void {
    this.inbox.invalidateAll();
    this.lists.clear();
  }

  private wireUp(): void {
    this.session.onEnd = (reason) => {
      this.connection.stop(reason);
      // After a log-out no data may stay. After any other end the same user may log in again and keep the outbox.
      if (reason === 'logged_out' || reason === 'account_deleted') void this.erase();
      this.events.emit('sessionEnded', { reason });
    };
    this.sync.receiptsOf = () =>
      this.receipts.watchedConversations().filter((id) => this.sync.state.get(id) !== undefined);
    this.sync.signals.on('stateChange', ({ change, isLive }) => this.onStateChange(change, isLive));
    this.sync.signals.on('headChanged', () => this.persistence.markHead());
    this.sync.signals.on('receipts', (receipts) => this.receipts.applyReceipts(receipts));
    this.sync.signals.on('synced', () => this.lists.onSynced());
    this.outbox.signals.on('put', ({ pending }) => this.persistence.putPending(pending));
    this.outbox.signals.on('removed', ({ id }) => this.persistence.removePending(id));
    this.outbox.signals.on('refused', (refusal) => this.events.emit('refused', refusal));
    this.outbox.signals.on('changed', ({ conversationId }) => {
      this.inbox.invalidate(conversationId);
      this.lists.onOutboxChange(conversationId);
    });
  }

  /** The local state of one conversation changed: updates all that depends on it. */
  private onStateChange(change: StateChange, isLive: boolean): void {
    const { conversationId, newFromOthers, kind, isNew, reason } = change;
    this.userCache.onStateChange(change);
    this.receipts.onStateChange(change);
    for (const { sender } of newFromOthers) this.typing.removeTypist(conversationId, sender.id);
    this.lists.onStateChange(change, isLive);
    this.outbox.onStateChange(change);
    this.inbox.invalidate(conversationId);
    this.persistence.markConversation(conversationId);
    this.deliveryReceipts?.onStateChange(change);
    if (isNew) this.events.emit('conversationAdded', { conversationId });
    if (kind === 'removed') this.events.emit('conversationRemoved', { conversationId, reason: reason ?? 'removed' });
    for (const message of newFromOthers) this.events.emit('message', { message, isLive });
  }

  private onEphemeralEvent(event: EphemeralEvent): void {
    const { name, payload } = event;
    if (name === 'typing') this.typing.onTypingEvent(payload);
    else if (name === 'presence:changed') this.presenceWatch.onPresence(payload);
    else {
      const { conversationId, userId, seq } = payload;
      this.receipts.moveMarkers(
        conversationId,
        userId,
        name === 'receipt:read' ? { readSeq: seq } : { deliveredSeq: seq },
      );
    }
  }

  private onOnline(): void {
    this.sync.online();
    this.outbox.online();
    this.presenceWatch.online();
  }

  private onOffline(): void {
    this.sync.offline();
    this.outbox.offline();
    this.presenceWatch.offline();
    this.typing.offline();
  }

  /** Sends a command that may be lost. Dropped while offline. */
  private sendIfOnline<N extends CommandName>(command: N, payload: CommandPayload<N>): void {
    if (this.connection.isOnline) this.connection.command(command, payload).catch(() => undefined);
  }

  private watchPresence(userIds: readonly string[]): Promise<readonly ({ userId: string } & Presence)[]> | null {
    if (!this.connection.isOnline) return null;
    return this.connection.command('presence:watch', { userIds });
  }
}
