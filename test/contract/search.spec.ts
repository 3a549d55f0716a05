import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ConversationPurgeRepository } from '../../src/conversations/conversation-purge.repository.js';
import { ConversationsRepository } from '../../src/conversations/conversations.repository.js';
import { ENTITIES } from '../../src/entities.js';
import { DataOwners } from '../../src/infrastructure/data-owners/data-owners.js';
import { openDatabase } from '../../src/infrastructure/database/data-source.js';
import { Database } from '../../src/infrastructure/database/database.js';
import type { Parameter, Row } from '../../src/infrastructure/database/transaction.js';
import { MembersRepository } from '../../src/members/members.repository.js';
import { MessageData } from '../../src/messages/message-data.repository.js';
import { MessagesRepository } from '../../src/messages/messages.repository.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import { SearchData } from '../../src/search/search-data.repository.js';
import { queryTokens } from '../../src/search/search-tokens.js';
import { type SearchQuery, SearchRepository } from '../../src/search/search.repository.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { after, newConversation, newMessage, newUser } from '../fakes/row-factories.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { changeMembers, groupCommit, everyPage, upTo } from './stores.js';

describe('the search index', () => {
  let home: TestDatabase;
  let database: Database;
  let index: SearchRepository;
  let conversations: ConversationsRepository;
  let messages: MessagesRepository;
  let [ann, ben] = ['', ''];
  let group: string;
  beforeAll(async () => {
    home = await testDatabase();
    database = await openDatabase(home.settings, ENTITIES);
    index = new SearchRepository(database);
    const commits = groupCommit(database);
    conversations = new ConversationsRepository(database, commits);
    messages = new MessagesRepository(database, commits);
  });
  beforeEach(async () => {
    const users = new UsersRepository(database);
    [ann, ben] = [(await users.add(newUser())).id, (await users.add(newUser())).id];
    group = await newGroup();
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await home.remove();
  });

  async function newGroup(members = [ann, ben]): Promise<string> {
    return (await conversations.create(newConversation('group', members))).result.id;
  }

  async function say(text: string, at = after(0), conversationId = group): Promise<string> {
    const message = newMessage(conversationId, ann, { text, createdAt: at });
    return (await messages.append(message)).result.id;
  }

  async function indexAll(conversationId = group): Promise<number> {
    let steps = 1;
    for (; await index.indexNextBatch(conversationId); steps++) expect(steps).toBeLessThan(1_000);
    return steps;
  }

  async function found(q: string, more: Partial<SearchQuery> = {}, limit = 1_000): Promise<string[]> {
    const wanted = { userId: ann, conversationId: null, after: null, ...more, tokens: queryTokens(q) };
    return (await index.find(wanted, limit)).map(({ text }) => text);
  }

  const rowsOf = async (table: string) =>
    database.rows(`SELECT * FROM ${table} WHERE conversation_id = ? ORDER BY conversation_id`, [group]);

  it('finds indexed messages, newest first, and by descending id within a millisecond', async () => {
    const [one, two] = [await say('fish one', after(5)), await say('fish two', after(5))];
    await say('fish old', after(1));
    await say('bird', after(9));
    expect(await found('fish')).toEqual([]);
    await indexAll();
    expect(await found('fish')).toEqual([
      ...(one > two ? ['fish one', 'fish two'] : ['fish two', 'fish one']),
      'fish old',
    ]);
  });

  it('returns hits to current members only', async () => {
    await say('fish');
    await indexAll();
    expect(await found('fish', { userId: ben })).toEqual(['fish']);
    const members = new MembersRepository(database, groupCommit(database), new OnlineUsers(0));
    await changeMembers({ members }, group, ann, [{ kind: 'leave', userId: ben }]);
    expect(await found('fish', { userId: ben })).toEqual([]);
    expect(await found('fish', { userId: ben, conversationId: group })).toEqual([]);
    expect(await found('fish', { conversationId: group })).toEqual(['fish']);
    expect(await found('fish', { conversationId: await newGroup() })).toEqual([]);
  });

  it('pages through messages of equal times, each once', async () => {
    for (const n of upTo(47)) await say(`fish ${n}`, after(Math.floor(n / 5)));
    await indexAll();
    const wanted = { userId: ann, conversationId: null, tokens: queryTokens('fish') };
    const hits = await everyPage(
      (start: readonly [string, string] | null) => index.find({ ...wanted, after: start }, 10),
      ({ createdAt, id }): readonly [string, string] => [createdAt, id],
    );
    expect(hits).toHaveLength(47);
    const keys = hits.map(({ createdAt, id }) => createdAt + id);
    expect(keys).toEqual([...new Set(keys)].sort().reverse());
  });

  it('is deleted with its conversation', async () => {
    const id = await say('extinct');
    await messages.change(id, ben, after(1), () => ({ kind: 'react', emoji: '👍' }));
    await indexAll();
    expect(await conversations.delete(group, ann, () => undefined)).toMatchObject({ result: true });
    expect(await found('extinct')).toEqual([]);
    const owners = new DataOwners();
    owners.register(new MessageData(database), new SearchData());
    expect(await new ConversationPurgeRepository(database, owners).step(group)).toBe(false);
    for (const table of ['search_heads', 'search_entries', 'reactions']) expect(await rowsOf(table)).toEqual([]);
    if (database.isSqlite) {
      expect(await database.rows('SELECT rowid FROM search_words WHERE search_words MATCH ?', ['qqextinct'])).toEqual(
        [],
      );
    }
    expect(await index.indexNextBatch(group)).toBe(false);
    expect(await index.unindexed(ann, group, 10)).toEqual([]);
  });

  it('equals an index that is rebuilt from the messages', async () => {
    const ids = [await say('one two'), await say('two three'), await say('three four')];
    await indexAll();
    await messages.change(ids[0] ?? '', ann, after(1), () => ({ kind: 'edit', text: 'four five' }));
    await messages.change(ids[1] ?? '', ann, after(2), () => ({ kind: 'delete' }));
    await indexAll();
    const words = async () => (await rowsOf('search_entries')).map(({ seq, words: tokens }) => ({ seq, tokens }));
    const followed = await words();
    if (database.isSqlite) {
      // An external-content index that disagrees with its table fails this.
      await database.write((tx) =>
        tx.run("INSERT INTO search_words (search_words, rank) VALUES ('integrity-check', 1)"),
      );
    }
    await database.write((tx) => tx.run('DELETE FROM search_heads WHERE conversation_id = ?', [group]));
    await indexAll();
    expect(await words()).toEqual(followed);
  });

  it('answers a search without a table scan', async () => {
    for (const n of upTo(300)) await say(`word${n} common`, after(n));
    await indexAll();
    const asked: { sql: string; parameters: readonly Parameter[] }[] = [];
    const recorded = Object.create(database, {
      rows: {
        value(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
          asked.push({ sql, parameters });
          return database.rows(sql, parameters);
        },
      },
    }) as Database;
    const recording = new SearchRepository(recorded);
    const wanted = { userId: ann, tokens: queryTokens('word7'), after: null };
    expect(await recording.find({ ...wanted, conversationId: null }, 50)).toHaveLength(11);
    expect(await recording.find({ ...wanted, conversationId: group }, 50)).toHaveLength(11);
    const searches = asked.filter(({ sql }) => sql.includes('search_entries'));
    expect(searches).toHaveLength(2);
    for (const { sql, parameters } of searches) {
      if (database.isSqlite) {
        const plan = await database.rows(`EXPLAIN QUERY PLAN ${sql}`, parameters);
        const details = plan.map(({ detail }) => String(detail));
        expect(details.filter((detail) => detail.startsWith('SCAN'))).toEqual([
          expect.stringMatching(/^SCAN w VIRTUAL TABLE INDEX/),
          'SCAN hit',
        ]);
        continue;
      }
      const plan = await database.rows(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, parameters);
      const ways = new Map(plan.map(({ table, type, key }) => [table, { type, key }]));
      expect(plan.filter(({ select_type: of }) => of === 'DERIVED').map(({ table }) => table)).toEqual(['s', 'v', 'f']);
      expect(ways.get('s')).toEqual({ type: 'fulltext', key: 'search_entries_words' });
      for (const table of ['v', 'f', 'm']) expect(['ALL', 'index']).not.toContain(ways.get(table)?.type);
    }
  });

  it('finds messages of a user with more conversations than a query names', async () => {
    const [cleo] = [(await new UsersRepository(database).add(newUser())).id];
    for (const n of upTo(201)) {
      const id = await newGroup([cleo, ann]);
      if (n % 100 === 0) {
        await say(`fish ${n}`, after(n), id);
        await indexAll(id);
      }
      if (n === 200) expect(await found('fish', { userId: cleo })).toEqual(['fish 200', 'fish 100']);
    }
    expect(await found('fish', { userId: cleo })).toEqual(['fish 200', 'fish 100']);
  });
});
