import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { BlocksRepository } from '../../src/blocks/blocks.repository.js';
import { Clock } from '../../src/common/clock.js';
import { Epoch } from '../../src/common/epoch.js';
import { newId } from '../../src/common/ids.js';
import { ConversationPurgeRepository } from '../../src/conversations/conversation-purge.repository.js';
import { ConversationsRepository } from '../../src/conversations/conversations.repository.js';
import { ENTITIES } from '../../src/entities.js';
import { DataOwners } from '../../src/infrastructure/data-owners/data-owners.js';
import { openDatabase } from '../../src/infrastructure/database/data-source.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import type { Parameter, Row } from '../../src/infrastructure/database/transaction.js';
import { MembersRepository } from '../../src/members/members.repository.js';
import { MessagesRepository } from '../../src/messages/messages.repository.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import { PresenceRepository } from '../../src/presence/presence.repository.js';
import { PresenceService } from '../../src/presence/presence.service.js';
import { SearchRepository } from '../../src/search/search.repository.js';
import { SessionsRepository } from '../../src/sessions/sessions.repository.js';
import { StreamPositionsRepository } from '../../src/sync/stream-positions.repository.js';
import { SyncRepository } from '../../src/sync/sync.repository.js';
import { SyncService } from '../../src/sync/sync.service.js';
import { NOON } from '../fakes/row-factories.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { groupCommit, upTo } from './stores.js';

/** Enough for a server to choose an index where there is one. */
const USERS = 400;
const CONVERSATIONS = 120;
const MEMBERS = 20;
const MESSAGES = 60;

interface Query {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

describe('the query plan', () => {
  let home: TestDatabase;
  let database: Database;
  let onServer: boolean;
  const users = upTo(USERS).map(() => newId());
  const sessions = upTo(USERS).map(() => newId());
  const conversations = upTo(CONVERSATIONS).map(() => newId());
  /** In every tenth conversation. */
  const me = users[0]!;
  const mine = conversations.filter((_, n) => n % 10 === 0);

  beforeAll(async () => {
    home = await testDatabase();
    onServer = home.settings.databaseUrl !== null;
    database = await openDatabase(home.settings, ENTITIES);
    await database.write(async (tx) => {
      tx.insert(
        'users',
        users.map((id) => ({ id, username: id.slice(-30), created_at: NOON })),
      );
      tx.insert(
        'sessions',
        sessions.map((id, n) => ({
          id,
          user_id: users[n]!,
          platform: 'bot',
          salt: '',
          generation: 1,
          confirmed: 1,
          rotations: '[]',
          created_at: NOON,
          last_seen_at: NOON,
          expires_at: NOON,
        })),
      );
      for (const [n, id] of conversations.entries()) {
        tx.insert('conversations', [
          {
            id,
            type: 'group',
            created_at: NOON,
            updated_at: NOON,
            active_at: NOON,
            last_seq: MESSAGES,
            rev: MESSAGES + 1,
            member_count: MEMBERS,
          },
        ]);
        const members = upTo(MEMBERS).map((m) => users[1 + ((n * 7 + m) % (USERS - 1))]!);
        if (mine.includes(id)) members[0] = me;
        tx.insert(
          'members',
          members.map((user_id) => ({ conversation_id: id, user_id, role: 'member', joined_at: NOON, rev: 1 })),
        );
        tx.insert(
          'messages',
          upTo(MESSAGES).map((seq) => ({
            conversation_id: id,
            seq,
            id: newId(),
            rev: seq + 1,
            sender_id: members[1]!,
            text: `m${seq}`,
            created_at: NOON,
          })),
        );
      }
    });
    await database.write((tx) =>
      tx.insert(
        'purges',
        users.map((conversation_id, n) => ({ conversation_id, done: n < USERS - 1 ? 1 : 0 })),
      ),
    );
    for (const [n, user_id] of users.entries()) {
      const blocked = new Set(upTo(5).map((m) => users[(n * 3 + m) % USERS]!));
      await database.write((tx) =>
        tx.insert(
          'blocks',
          [...blocked].map((blocked_id) => ({ user_id, blocked_id, created_at: NOON })),
        ),
      );
    }
    if (onServer)
      await database.rows('ANALYZE TABLE users, sessions, blocks, conversations, members, messages, purges');
    else await database.write((tx) => tx.run('ANALYZE'));
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await home.remove();
  });

  /** The queries that `work` makes, with their parameters. */
  async function queriesOf(work: (database: Database) => Promise<unknown>): Promise<Query[]> {
    const queries: Query[] = [];
    const watched = new Proxy(database, {
      get: (target, name) =>
        name === 'rows'
          ? (sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> => {
              queries.push({ sql, parameters });
              return target.rows(sql, parameters);
            }
          : (Reflect.get(target, name) as unknown),
    });
    await work(watched);
    return queries;
  }

  /** The tables that a query reads from one end to the other; the values that it was given (`v`) are no table. */
  async function scans({ sql, parameters }: Query): Promise<string[]> {
    if (!onServer) {
      const plan = await database.rows(`EXPLAIN QUERY PLAN ${sql}`, parameters);
      const steps = plan.map(({ detail }) => String(detail));
      return steps.filter((step) => /^SCAN (?!CONSTANT ROW|part\d+|page|json_each|\(subquery)/.test(step));
    }
    const plan = await database.rows(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, parameters);
    return plan
      .filter(
        ({ type, table }) =>
          (type === 'ALL' || type === 'index') && table !== null && !/^<|^part\d+|^v$/.test(table as string),
      )
      .map((step) => JSON.stringify(step));
  }

  async function expectNoScan(work: (database: Database) => Promise<unknown>): Promise<void> {
    const queries = await queriesOf(work);
    expect(queries.length).toBeGreaterThan(0);
    for (const query of queries)
      expect({ sql: query.sql, scans: await scans(query) }).toEqual({ sql: query.sql, scans: [] });
  }

  const syncOf = (source: Database): SyncService =>
    new SyncService(
      new SyncRepository(source),
      new Epoch('life'),
      new PresenceService(
        new PresenceRepository(source),
        new BlocksRepository(source),
        new OnlineUsers(0),
        new Clock(),
      ),
      new Clock(),
    );
  const membersOf = (source: Database) => new MembersRepository(source, groupCommit(source), new OnlineUsers(0));
  const actor = { userId: me, sessionId: newId() };

  it('is reported when it has a table scan', async () => {
    const query = { sql: "SELECT * FROM messages WHERE text = 'm7'", parameters: [] };
    expect(await scans(query)).toHaveLength(1);
  });

  it.each([
    ['without known conversations', {}, undefined],
    ['without changes', Object.fromEntries(mine.map((id) => [id, MESSAGES + 1])), undefined],
    ['with changes', Object.fromEntries(mine.map((id) => [id, MESSAGES - 10])), undefined],
    ['with receipts', {}, mine],
  ])('of a sync %s uses indexes', async (_what, known, receiptsOf) => {
    await expectNoScan((source) =>
      syncOf(source).sync(actor, { conversations: known, stateRev: 0, ...(receiptsOf && { receiptsOf }) }),
    );
  });

  it.each<[string, (source: Database) => Promise<unknown>]>([
    ['a peek', (source) => syncOf(source).peek(actor)],
    ['the inbox', (source) => new ConversationsRepository(source, groupCommit(source)).inbox(me, false, null, 30)],
    ['the archive', (source) => new ConversationsRepository(source, groupCommit(source)).inbox(me, true, null, 30)],
    ['the members', (source) => membersOf(source).page(mine[0]!, null, 50)],
    ['the ids of a user’s conversations', (source) => membersOf(source).conversationIdsOf(me)],
    ['a page', (source) => new MessagesRepository(source, groupCommit(source)).range(mine[0]!, 5, 54)],
    ['the visible users', (source) => new PresenceRepository(source).visibleTo(me, users.slice(1, 50))],
    [
      'conversations ahead of a rev',
      (source) => new StreamPositionsRepository(source).conversationsBeyond(conversations.map((id) => [id, 1])),
    ],
    [
      'users ahead of their positions',
      (source) => new StreamPositionsRepository(source).usersBeyond(users.slice(0, 100).map((id) => [id, 0, 1])),
    ],
    ['the ended sessions', (source) => new SessionsRepository(source).ended(sessions.slice(0, 100))],
    ['a batch of the search index', (source) => new SearchRepository(source).indexNextBatch(mine[0]!)],
    ['the next purge', (source) => new ConversationPurgeRepository(source, new DataOwners()).next()],
    ['the blocks among users', (source) => new BlocksRepository(source).among(me, users.slice(1, 50))],
  ])('of %s uses indexes', async (_what, work) => {
    await expectNoScan(work);
  });
});
