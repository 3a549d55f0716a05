import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ConversationsRepository } from '../../src/conversations/conversations.repository.js';
import { ENTITIES } from '../../src/entities.js';
import { openDatabase } from '../../src/infrastructure/database/data-source.js';
import { Database } from '../../src/infrastructure/database/database.js';
import type { Parameter, Row, Transaction } from '../../src/infrastructure/database/transaction.js';
import { MessagesRepository } from '../../src/messages/messages.repository.js';
import { queryTokens } from '../../src/search/search-tokens.js';
import { type SearchQuery, SearchRepository } from '../../src/search/search.repository.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import { after, newConversation, newMessage, newUser } from '../fakes/row-factories.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { groupCommit, upTo } from './stores.js';

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

  it('lists the conversations with changes that are not indexed, latest activity first', async () => {
    const [other, quiet, foreign] = [await newGroup(), await newGroup(), await newGroup([ben])];
    await say('a', after(1), group);
    await say('b', after(2), other);
    expect(await index.unindexed(ann, null, 10)).toEqual([other, group]);
    expect(await index.unindexed(ann, null, 1)).toEqual([other]);
    expect(await index.unindexed(ann, group, 10)).toEqual([group]);
    expect(await index.unindexed(ann, quiet, 10)).toEqual([]);
    expect(await index.unindexed(ann, foreign, 10)).toEqual([]);
    await indexAll(other);
    expect(await index.unindexed(ann, null, 10)).toEqual([group]);
    await indexAll();
    expect(await index.unindexed(ann, null, 10)).toEqual([]);
    const id = await say('c');
    await indexAll();
    await messages.change(id, ann, after(3), () => ({ kind: 'react', emoji: '👍' }));
    expect(await index.unindexed(ann, null, 10)).toEqual([group]);
  });

  it('indexes an edit, removes a deleted message, and writes nothing for a reaction', async () => {
    const [fish, bird] = [await say('fish'), await say('bird')];
    await indexAll();
    const before = await rowsOf('search_entries');
    await messages.change(fish, ann, after(1), () => ({ kind: 'react', emoji: '👍' }));
    expect(await indexAll()).toBe(1);
    expect(await rowsOf('search_entries')).toEqual(before);
    await messages.change(fish, ann, after(2), () => ({ kind: 'edit', text: 'whale' }));
    await messages.change(bird, ann, after(3), () => ({ kind: 'delete' }));
    // The deletion is not indexed yet, and the tombstone is no hit.
    expect(await found('bird')).toEqual([]);
    await indexAll();
    expect([await found('fish'), await found('whale'), await found('bird')]).toEqual([[], ['whale'], []]);
    expect(await rowsOf('search_entries')).toHaveLength(1);
    await messages.change(fish, ann, after(4), () => ({ kind: 'edit', text: '…' }));
    await indexAll();
    expect(await rowsOf('search_entries')).toEqual([]);
  });

  it('indexes a hundred messages in a batch, and ends at the conversation’s rev', async () => {
    for (const n of upTo(205)) await say(`word${n}`, after(n));
    await conversations.rename({ id: group, actorId: ann, now: after(300) }, () => ({ title: 'Later', topic: null }));
    expect(await indexAll()).toBe(3);
    expect((await rowsOf('search_heads')).map((row) => row['rev'])).toEqual([207]);
    expect(await rowsOf('search_entries')).toHaveLength(205);
    expect(await indexAll()).toBe(1);
  });

  it('indexes fewer messages in a batch when they are long', async () => {
    const long = 'long '.repeat(1_600);
    for (const n of upTo(10)) await say(`word${n} ${long}`, after(n));
    expect(await indexAll()).toBe(2);
    expect(await rowsOf('search_entries')).toHaveLength(10);
    expect((await rowsOf('search_heads')).map((row) => row['rev'])).toEqual([11]);
    expect(await indexAll()).toBe(1);
  });

  it('reads the text of each message once, over several batches', async () => {
    const texts = upTo(10).map((n) => `word${n} ${'long '.repeat(1_600)}`);
    for (const text of texts) await say(text);
    const read: unknown[] = [];
    const recorded = Object.create(database, {
      rows: {
        async value(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
          const rows = await database.rows(sql, parameters);
          read.push(...rows.flatMap(({ text }) => text ?? []));
          return rows;
        },
      },
    }) as Database;
    const recording = new SearchRepository(recorded);
    let steps = 1;
    while (await recording.indexNextBatch(group)) expect(++steps).toBeLessThan(10);
    expect(steps).toBe(2);
    expect(read.sort()).toEqual(texts.sort());
  });

  it('indexes messages that are edited and deleted while a batch reads', async () => {
    const [edited, deleted] = [await say('first one'), await say('first two')];
    await say('first three');
    await indexAll();
    for (const id of [edited, deleted])
      await messages.change(id, ann, after(1), () => ({ kind: 'react', emoji: '👍' }));
    await say('first four');
    let changed = false;
    const changing = Object.create(database, {
      rows: {
        async value(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
          const rows = await database.rows(sql, parameters);
          if (changed || !sql.includes('FROM messages')) return rows;
          changed = true;
          await messages.change(edited, ann, after(2), () => ({ kind: 'edit', text: 'second one' }));
          await messages.change(deleted, ann, after(2), () => ({ kind: 'delete' }));
          return rows;
        },
      },
    }) as Database;
    await new SearchRepository(changing).indexNextBatch(group);
    expect(changed).toBe(true);
    await indexAll();
    expect((await found('first')).sort()).toEqual(['first four', 'first three']);
    expect(await found('second')).toEqual(['second one']);
    expect(await rowsOf('search_entries')).toHaveLength(3);
  });

  it('loses and repeats nothing when several nodes index while messages are sent and edited', async () => {
    const nodes = upTo(3).map(() => new SearchRepository(database));
    let ended = false;
    const following = nodes.map(async (node) => {
      while (!ended) {
        await node.indexNextBatch(group);
        // SQLite runs synchronously: give the event loop a turn.
        await new Promise(setImmediate);
      }
    });
    for (const n of upTo(60)) {
      const id = await say(`sent word${n}`, after(n));
      if (n % 3 === 0) await messages.change(id, ann, after(n), () => ({ kind: 'edit', text: `edited word${n}` }));
    }
    ended = true;
    await Promise.all(following);
    await indexAll();
    expect(await found('word')).toHaveLength(60);
    expect(await found('edited')).toEqual(upTo(20).map((n) => `edited word${63 - 3 * n}`));
    expect(await found('sent')).toHaveLength(40);
  });

  it('writes nothing when another node indexed further meanwhile, and reports remaining changes', async () => {
    const id = await say('older');
    const overtaken = Object.create(database, {
      write: {
        async value<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
          await messages.change(id, ann, after(1), () => ({ kind: 'edit', text: 'newer' }));
          await indexAll();
          return database.write(work);
        },
      },
    }) as Database;
    // A write of its own creates the checkpoint.
    await database.write((tx) => tx.insert('search_heads', [{ conversation_id: group, rev: 0 }]));
    expect(await new SearchRepository(overtaken).indexNextBatch(group)).toBe(true);
    expect([await found('older'), await found('newer')]).toEqual([[], ['newer']]);
    expect(await index.indexNextBatch(group)).toBe(false);
  });
});
