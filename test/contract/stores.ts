import { EmailTokenData, EmailTokensRepository } from '../../src/account-recovery/email-tokens.repository.js';
import type { EmailTokenStore } from '../../src/account-recovery/email-tokens.store.js';
import { AccountRepository } from '../../src/account/account.repository.js';
import { BlockData } from '../../src/blocks/block-data.repository.js';
import { BlocksRepository } from '../../src/blocks/blocks.repository.js';
import type { BlockStore } from '../../src/blocks/blocks.store.js';
import { KeyedQueue } from '../../src/common/keyed-queue.js';
import type { ConversationType } from '../../src/conversations/conversation.js';
import { ConversationsRepository } from '../../src/conversations/conversations.repository.js';
import type { ConversationStore, NewConversation } from '../../src/conversations/conversations.store.js';
import type { DomainEvent } from '../../src/domain-events.js';
import { ENTITIES } from '../../src/entities.js';
import { DataOwners } from '../../src/infrastructure/data-owners/data-owners.js';
import { openDatabase } from '../../src/infrastructure/database/data-source.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import { GroupCommit } from '../../src/infrastructure/database/group-commit.js';
import { MemberStateRepository } from '../../src/member-state/member-state.repository.js';
import type { MemberStateStore } from '../../src/member-state/member-state.store.js';
import type { MemberChange, StoredMemberChanges } from '../../src/members/member-changes.js';
import { MemberData } from '../../src/members/member-data.repository.js';
import { MembersRepository } from '../../src/members/members.repository.js';
import type { MembersStore } from '../../src/members/members.store.js';
import { MessageData } from '../../src/messages/message-data.repository.js';
import { MessagesRepository } from '../../src/messages/messages.repository.js';
import type { MessageStore } from '../../src/messages/messages.store.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import { PresenceRepository } from '../../src/presence/presence.repository.js';
import type { PresenceStore } from '../../src/presence/presence.store.js';
import { SearchData } from '../../src/search/search-data.repository.js';
import { SessionData } from '../../src/sessions/session-data.repository.js';
import { SessionsRepository } from '../../src/sessions/sessions.repository.js';
import type { SessionStore } from '../../src/sessions/sessions.store.js';
import { UserData } from '../../src/users/user-data.repository.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import type { UserStore } from '../../src/users/users.store.js';
import { RecordedEvents } from '../fakes/recorded-events.js';
import { newConversation, newUser, NOON } from '../fakes/row-factories.js';
import { testDatabase } from '../harness/databases.js';
import { InMemoryBlockStore } from '../in-memory/in-memory-block.store.js';
import { InMemoryConversationStore } from '../in-memory/in-memory-conversation.store.js';
import { InMemoryEmailTokenStore } from '../in-memory/in-memory-email-token.store.js';
import { InMemoryMemberStateStore } from '../in-memory/in-memory-member-state.store.js';
import { InMemoryMembersStore } from '../in-memory/in-memory-members.store.js';
import { InMemoryMessageStore } from '../in-memory/in-memory-message.store.js';
import { InMemoryPresenceStore } from '../in-memory/in-memory-presence.store.js';
import { InMemorySessionStore } from '../in-memory/in-memory-session.store.js';
import { InMemoryTables } from '../in-memory/in-memory-tables.js';
import { InMemoryUserStore } from '../in-memory/in-memory-user.store.js';

/** The stores of one set of tables, and changes that tests make to these tables directly. */
export interface Stores {
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly mailTokens: EmailTokenStore;
  readonly conversations: ConversationStore;
  readonly messages: MessageStore;
  readonly members: MembersStore;
  readonly memberStates: MemberStateStore;
  readonly blocks: BlockStore;
  readonly presence: PresenceStore;
  /** Receives the events of writes. */
  readonly events: RecordedEvents;
  /** Makes a user a deleted one: only the id stays. */
  erase(userId: string): Promise<void>;
  /** Archives a conversation for a user, until the next message. */
  archive(conversationId: string, userId: string): Promise<void>;
  close(): Promise<void>;
}

/** Every contract holds for each of these: where, and how to open it. */
export const STORES: readonly (readonly [where: string, open: () => Promise<Stores>])[] = [
  ['in memory', inMemory],
  [process.env['TEST_DATABASE_URL'] ? 'on a database server' : 'in SQLite', inDatabase],
];

async function inMemory(): Promise<Stores> {
  const tables = new InMemoryTables();
  const online = new OnlineUsers(0);
  const events = new RecordedEvents();
  return {
    users: new InMemoryUserStore(tables),
    sessions: new InMemorySessionStore(tables),
    mailTokens: new InMemoryEmailTokenStore(tables),
    conversations: new InMemoryConversationStore(tables, events),
    messages: new InMemoryMessageStore(tables, events),
    members: new InMemoryMembersStore(tables, events, online),
    memberStates: new InMemoryMemberStateStore(tables, events),
    blocks: new InMemoryBlockStore(tables),
    presence: new InMemoryPresenceStore(tables),
    events,
    async erase(userId) {
      tables.erase(userId);
    },
    async archive(conversationId, userId) {
      const conversation = tables.conversations.get(conversationId);
      const member = conversation?.members.get(userId);
      if (member) member.archivedSeq = conversation?.messages.length ?? null;
    },
    async close() {},
  };
}

/** The stores of an empty database, with the database itself and its repositories. */
export async function inDatabase(): Promise<
  Stores & { database: Database; accounts: AccountRepository; owners: DataOwners }
> {
  const { settings, remove } = await testDatabase();
  const database = await openDatabase(settings, ENTITIES);
  const events = new RecordedEvents();
  const commits = groupCommit(database, events);
  const online = new OnlineUsers(0);
  const owners = new DataOwners();
  owners.register(
    new UserData(),
    new SessionData(database, events),
    new EmailTokenData(),
    new BlockData(database),
    new MemberData(database),
    new MessageData(database),
    new SearchData(),
    { tables: ['conversations', 'purges'] },
  );
  const accounts = new AccountRepository(database, owners);
  return {
    users: new UsersRepository(database),
    sessions: new SessionsRepository(database),
    mailTokens: new EmailTokensRepository(database),
    conversations: new ConversationsRepository(database, commits),
    messages: new MessagesRepository(database, commits),
    members: new MembersRepository(database, commits, online),
    memberStates: new MemberStateRepository(database, new KeyedQueue(), events),
    blocks: new BlocksRepository(database),
    presence: new PresenceRepository(database),
    events,
    database,
    accounts,
    owners,
    async erase(userId) {
      await accounts.erase(userId, NOON);
    },
    async archive(conversationId, userId) {
      await database.write((tx) =>
        tx.run(
          `UPDATE members SET archived_seq = (SELECT last_seq FROM conversations WHERE id = ?)
           WHERE conversation_id = ? AND user_id = ?`,
          [conversationId, conversationId, userId],
        ),
      );
    },
    async close() {
      await database.onApplicationShutdown();
      await remove();
    },
  };
}

/** A GroupCommit for tests that read no events, or the events of `events`. */
export const groupCommit = (database: Database, events = new RecordedEvents()): GroupCommit<DomainEvent> =>
  new GroupCommit(database, events);

/** Registers so many people. @returns their ids, ascending */
export async function people(stores: Stores, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) ids.push((await stores.users.add(newUser())).id);
  return ids.sort();
}

/** Stores such a conversation. @returns its id */
export async function conversationOf(
  stores: Stores,
  type: ConversationType,
  memberIds: readonly string[],
  more: Partial<NewConversation> = {},
): Promise<string> {
  return (await stores.conversations.create(newConversation(type, memberIds, more))).result.id;
}

/** Applies changes of members as `actorId`. @returns the stored changes; null when there is no such conversation */
export async function changeMembers(
  { members }: Pick<Stores, 'members'>,
  conversationId: string,
  actorId: string,
  changes: readonly MemberChange[],
  now = NOON,
): Promise<StoredMemberChanges | null> {
  const joiningIds = changes.filter(({ kind }) => kind === 'join').map(({ userId }) => userId);
  const command = { conversationId, actorId, targetIds: [], joiningIds, now };
  return (await members.change(command, () => changes)).result;
}

/** 1, 2, …, n. */
export const upTo = (n: number): number[] => Array.from({ length: n }, (_, index) => index + 1);

export const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);

/** The items of a list, page by page until one is empty; `keyOf` an item is where the next page starts. */
export async function everyPage<T, K>(
  page: (start: K | null) => Promise<readonly T[]>,
  keyOf: (item: T) => K,
): Promise<T[]> {
  const items: T[] = [];
  let start: K | null = null;
  // A list that has no end is a fault, which must not hang.
  while (items.length < 1_000) {
    const next = await page(start);
    const last = next.at(-1);
    if (last === undefined) return items;
    items.push(...next);
    start = keyOf(last);
  }
  throw new Error('The pages have no end.');
}
