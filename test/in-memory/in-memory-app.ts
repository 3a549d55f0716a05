import { BlocksService } from '../../src/blocks/blocks.service.js';
import type { Actor } from '../../src/common/actor.js';
import { newId } from '../../src/common/ids.js';
import { ConversationsService } from '../../src/conversations/conversations.service.js';
import type { Rates } from '../../src/infrastructure/config/rates.js';
import { RateLimiter } from '../../src/infrastructure/rate-limits/rate-limiter.js';
import { MembersService } from '../../src/members/members.service.js';
import { MessagesService } from '../../src/messages/messages.service.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import { PresenceService } from '../../src/presence/presence.service.js';
import { UsersService } from '../../src/users/users.service.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { RecordedEvents } from '../fakes/recorded-events.js';
import { InMemoryBlockStore } from './in-memory-block.store.js';
import { InMemoryConversationStore } from './in-memory-conversation.store.js';
import { InMemoryMembersStore } from './in-memory-members.store.js';
import { InMemoryMessageStore } from './in-memory-message.store.js';
import { InMemoryPresenceStore } from './in-memory-presence.store.js';
import { InMemoryTables } from './in-memory-tables.js';
import { InMemoryUserStore } from './in-memory-user.store.js';

/** The services of the application on in-memory stores. */
export class InMemoryApp {
  readonly clock = new FakeClock();
  readonly events = new RecordedEvents();
  readonly online = new OnlineUsers(0);
  readonly tables = new InMemoryTables();
  readonly store = new InMemoryConversationStore(this.tables, this.events);
  readonly memberStore = new InMemoryMembersStore(this.tables, this.events, this.online);
  readonly users: UsersService;
  readonly blocks: BlocksService;
  readonly presence: PresenceService;
  readonly conversations: ConversationsService;
  readonly members: MembersService;
  readonly messages: MessagesService;
  private readonly accounts = new InMemoryUserStore(this.tables);

  /** @param rates default: no limits */
  constructor(rates: Rates | null = null) {
    const { store } = this;
    const blocks = new InMemoryBlockStore(this.tables);
    const presence = new PresenceService(new InMemoryPresenceStore(this.tables), blocks, this.online, this.clock);
    this.users = new UsersService(this.accounts);
    this.blocks = new BlocksService(blocks, this.events, this.clock);
    this.presence = presence;
    this.conversations = new ConversationsService(store, blocks, this.clock);
    this.members = new MembersService(store, this.memberStore, this.clock, presence);
    const limits = new RateLimiter(rates);
    const messages = new InMemoryMessageStore(this.tables, this.events);
    this.messages = new MessagesService(messages, store, this.clock, limits);
  }

  /** Registers a user. */
  async person(username: string): Promise<Actor> {
    const { id } = await this.accounts.add({
      id: newId(),
      username,
      email: null,
      displayName: username,
      passwordHash: '',
      createdAt: this.clock.now(),
    });
    return { userId: id, sessionId: newId() };
  }

  /** Deletes an account: only the id stays. */
  erase({ userId }: Actor): void {
    this.tables.erase(userId);
  }

  /** Creates a direct conversation and discards its events. @returns its id */
  async direct(one: Actor, other: Actor): Promise<string> {
    const { conversation } = await this.conversations.create(one, { type: 'direct', memberIds: [other.userId] });
    this.events.take();
    return conversation.id;
  }

  /** Creates a group, owned by the first user, and discards its events. @returns its id */
  async group(owner: Actor, ...others: readonly Actor[]): Promise<string> {
    const memberIds = others.map(({ userId }) => userId);
    const { conversation } = await this.conversations.create(owner, { type: 'group', title: 'Trip', memberIds });
    this.events.take();
    return conversation.id;
  }

  /** Creates a room with its owner and discards its events. @returns its id */
  async room(owner: Actor, title = 'Lobby'): Promise<string> {
    const { conversation } = await this.conversations.create(owner, { type: 'room', title });
    this.events.take();
    return conversation.id;
  }
}
