import { type Api, createApi } from './connection/api.js';
import { Connection } from './connection/connection.js';
import { type OpenTransport, socketTransports } from './connection/socket-transport.js';
import { Emitter } from './emitter.js';
import { UnreachableError } from './errors.js';
import type { CommandName, CommandPayload, EphemeralEvent } from './server-events.js';
import { unwrap } from './connection/http.js';
import { Inbox } from './lists/inbox.js';
import { ListRegistry } from './lists/list-registry.js';
import { SyncEngine } from './sync/sync-engine.js';
import { DeliveryReceipts } from './sync/delivery-receipts.js';
import { type StateChange, SyncState } from './model/sync-state.js';
import { type ClientOptions, timingOf } from './options.js';
import { Outbox } from './sync/outbox.js';
import { UserCache } from './users/user-cache.js';
import { conversationsOf, Persistence } from './store/persistence.js';
import { PresenceWatch } from './users/presence-watch.js';
import { Receipts } from './conversations/receipts.js';
import { TokenSession } from './session/session.js';
import type { ClientEvents, Presence } from './public-state.js';
import type { LocalStore } from './store/local-store.js';
import { MemoryStore } from './store/memory.js';
import { MemoryTokenStore } from './session/token-store.js';
import { Typing } from './conversations/typing.js';
import type { Person } from './api-types.js';

const WINDOW = { min: 50, default: 200, max: 1_000 };

/** The parts of a client, and how they are joined: what happens in one is passed to those whom it concerns. */
export class ClientCore {
  readonly events = new Emitter<ClientEvents>();
  readonly session: TokenSession;
  readonly api: Api;
  readonly connection: Connection;
  readonly log: SyncEngine;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly lists: ListRegistry;
  readonly receipts: Receipts;
  readonly typing: Typing;
  readonly presence: PresenceWatch;
  readonly people: UserCache;
  private readonly store: LocalStore;
  private readonly persistence: Persistence;
  private readonly marksDelivered: DeliveryReceipts | null;
  /** Who was here last: shown as the sender of what waits, also when the session has ended. */
  private lastSelf: Person = { id: '', username: null, displayName: null, avatarUrl: null };
  private opened: Promise<void> = Promise.resolve();

  constructor(options: ClientOptions, openLink?: OpenTransport) {
    const url = options.url.replace(/(?<!\/)\/+$/, '');
    const timing = timingOf(options.timing);
    const self = (): Person => this.self;
    const world = (): SyncState => this.log.world;
    this.store = options.store ?? new MemoryStore();
    this.session = new TokenSession(`${url}/api/v1`, options.tokens ?? new MemoryTokenStore(), timing.answerMs);
    this.api = createApi(url, this.session, timing.answerMs);
    this.connection = new Connection(openLink ?? socketTransports(url, timing.connectMs), this.session, timing, {
      onLog: (event) => this.log.receive(event),
      onFleeting: (event) => this.heard(event),
      onOnline: () => this.online(),
      onOffline: () => this.offline(),
    });
    this.log = new SyncEngine(new SyncState(''), this.connection, timing);
    this.outbox = new Outbox(world, this.connection, timing);
    this.inbox = new Inbox(world, this.outbox.queue, self);
    this.lists = new ListRegistry({
      log: this.log,
      api: this.api,
      queue: this.outbox.queue,
      self,
      windowSize: Math.min(WINDOW.max, Math.max(WINDOW.min, options.windowSize ?? WINDOW.default)),
      onNotice: (conversationId, notice) => this.events.emit('notice', { conversationId, notice }),
    });
    this.receipts = new Receipts(
      () => this.session.user?.id ?? null,
      async (id) => {
        const path = { path: { id }, query: { limit: 100 } };
        return (await unwrap(this.api.GET('/api/v1/conversations/{id}/members', { params: path }))).items;
      },
    );
    this.typing = new Typing((command, conversationId) => this.tell(command, { conversationId }));
    this.presence = new PresenceWatch((userIds) => this.watch(userIds));
    this.people = new UserCache((id) => unwrap(this.api.GET('/api/v1/users/{id}', { params: { path: { id } } })));
    this.persistence = new Persistence(this.store, world);
    this.marksDelivered = options.marksDelivered === false ? null : new DeliveryReceipts(world, this.outbox);
    this.join();
  }

  /** Oneself, or who was here last. */
  get self(): Person {
    if (this.session.user) this.lastSelf = this.session.user;
    return this.lastSelf;
  }

  /** Loads what is kept, and connects if somebody is logged in. */
  async start(): Promise<void> {
    await this.session.load();
    if (!this.session.user) return;
    await this.open(this.session.user.id);
    this.connection.start();
  }

  async stop(): Promise<void> {
    this.connection.stop();
    this.typing.offline();
    await this.persistence.flush();
  }

  /** Somebody has logged in: the data of another is erased. */
  async enter(userId: string): Promise<void> {
    this.connection.stop();
    await this.open(userId);
    this.connection.start();
  }

  /** One has logged out: nothing stays. */
  async leave(): Promise<void> {
    this.connection.stop();
    await this.session.forget();
    await this.erase();
  }

  /** The app is in front again, or the network is back. */
  wake(): void {
    if (this.connection.isOnline) this.log.sync().catch(() => undefined);
    else this.connection.wake();
  }

  /** Waits until what was done over REST has come through the log, if there is a connection that it can come by. */
  async settled(): Promise<void> {
    try {
      await this.log.sync();
    } catch (error) {
      if (!(error instanceof UnreachableError)) throw error;
    }
  }

  /** Shows a user's data: what is here already, what is stored, or nothing yet. One at a time. */
  private open(userId: string): Promise<void> {
    this.opened = this.opened.then(() => this.openNow(userId));
    return this.opened;
  }

  private async openNow(userId: string): Promise<void> {
    if (this.log.world.userId === userId) return;
    // Whoever was here before is gone; of what is stored only one's own is used.
    const isFirst = this.log.world.userId === '';
    // A store that cannot be read is an empty one: all but the outbox comes again.
    const stored = isFirst ? await this.store.load().catch(() => null) : null;
    if (stored?.head.userId !== userId) await this.erase();
    const world = new SyncState(userId);
    this.log.begin(world);
    if (stored?.head.userId === userId) {
      world.restore(stored.head.epoch, stored.head.stateRev, conversationsOf(stored));
      this.outbox.restore(stored.outbox, world);
    }
    for (const { tail, peer, members } of world.all()) {
      for (const { sender } of tail.items) this.people.learn(sender);
      for (const { user } of members.values()) this.people.learn(user);
      if (peer) this.people.learn(peer);
    }
    this.refresh();
  }

  private async erase(): Promise<void> {
    await this.persistence.abandon();
    await this.store.clear().catch(() => undefined);
    this.log.begin(new SyncState(''));
    this.outbox.clear();
    this.receipts.clear();
    this.typing.offline();
    this.refresh();
  }

  private refresh(): void {
    this.inbox.clear();
    this.lists.clear();
  }

  private join(): void {
    this.session.onEnd = (reason) => {
      this.connection.stop(reason);
      // Who has logged out, in another tab or everywhere, wants nothing left; who was thrown out may come back to it.
      if (reason === 'logged_out' || reason === 'account_deleted') void this.erase();
      this.events.emit('sessionEnded', { reason });
    };
    this.log.receiptsOf = () => this.receipts.watched().filter((id) => this.log.world.get(id) !== undefined);
    this.log.signals.on('effect', ({ effect, isLive }) => this.took(effect, isLive));
    this.log.signals.on('moved', () => this.persistence.head());
    this.log.signals.on('receipts', (receipts) => this.receipts.told(receipts));
    this.log.signals.on('synced', () => this.lists.synced());
    this.outbox.signals.on('put', ({ pending }) => this.persistence.put(pending));
    this.outbox.signals.on('removed', ({ id }) => this.persistence.remove(id));
    this.outbox.signals.on('refused', (refusal) => this.events.emit('refused', refusal));
    this.outbox.signals.on('changed', ({ conversationId }) => {
      this.inbox.changed(conversationId);
      this.lists.changed(conversationId);
    });
  }

  /** The log has taken a step. */
  private took(effect: StateChange, isLive: boolean): void {
    const { conversationId, fresh, kind, isNew, reason } = effect;
    this.people.take(effect);
    this.receipts.take(effect);
    for (const { sender } of fresh) this.typing.stopped(conversationId, sender.id);
    this.lists.take(effect, isLive);
    this.outbox.logged(effect);
    this.inbox.changed(conversationId);
    this.persistence.conversation(conversationId);
    this.marksDelivered?.take(effect);
    if (isNew) this.events.emit('conversationAdded', { conversationId });
    if (kind === 'removed') this.events.emit('conversationRemoved', { conversationId, reason: reason ?? 'removed' });
    for (const message of fresh) this.events.emit('message', { message, isLive });
  }

  private heard(event: EphemeralEvent): void {
    const { name, payload } = event;
    if (name === 'typing') this.typing.heard(payload);
    else if (name === 'presence:changed') this.presence.heard(payload);
    else {
      const { conversationId, userId, seq } = payload;
      this.receipts.moved(conversationId, userId, name === 'receipt:read' ? { readSeq: seq } : { deliveredSeq: seq });
    }
  }

  private online(): void {
    this.log.online();
    this.outbox.online();
    this.presence.online();
  }

  private offline(): void {
    this.log.offline();
    this.outbox.offline();
    this.presence.offline();
    this.typing.offline();
  }

  /** Sends a command that may be lost. */
  private tell<N extends CommandName>(command: N, payload: CommandPayload<N>): void {
    if (this.connection.isOnline) this.connection.command(command, payload).catch(() => undefined);
  }

  private watch(userIds: readonly string[]): Promise<readonly ({ userId: string } & Presence)[]> | null {
    if (!this.connection.isOnline) return null;
    return this.connection.command('presence:watch', { userIds });
  }
}
