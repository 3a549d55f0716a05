import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, NOT_A_MEMBER, NOT_FOUND } from '../support/problem.js';

const LANGUAGES: readonly (readonly [language: string, text: string, ...queries: string[]])[] = [
  ['English', 'The quick brown fox', 'quick', 'BROWN', 'fo', 'fox the'],
  ['French', 'Où est le café Éphémère?', 'cafe', 'ou éphém'],
  ['German', 'Größere Straßen', 'grosse', 'STRASSE'],
  ['Vietnamese', 'Xin chào thế giới', 'chao', 'thế gioi'],
  ['Turkish', 'İSTANBUL’da ılık', 'istanbul', 'ılık'],
  ['Russian', 'Съешь ещё этих мягких булок', 'съешь', 'ЕЩЕ мягк'],
  ['Greek', 'Η ΟΔΟΣ της Αθήνας', 'οδός', 'αθηνα'],
  ['Arabic', 'مرحبا بالعالم', 'مرحبا', 'بالعا'],
  ['Hebrew', 'שלום עולם', 'שלום', 'עול'],
  ['Hindi', 'नमस्ते दुनिया', 'नमस्ते', 'दुनि'],
  ['Korean', '안녕하세요 여러분', '안녕', '여러분'],
  ['Chinese', '我们明天去北京看长城', '北京', '城', '明天 长城'],
  ['Japanese', '東京タワーに行きました', '東京', 'タワーに', '行きました'],
  ['Thai', 'สวัสดีครับทุกคน', 'ครับ', 'ทุกคน'],
  ['emoji', 'done 🦊👍🏽 🇨🇭', '🦊', '👍', '🇨🇭 done'],
];

/** A query with operators, a text with the same words, and a text that it would also match if the operators applied. */
const OPERATORS: readonly (readonly [q: string, text: string, besides: string])[] = [
  ['+alpha +beta', 'alpha beta', 'gamma'],
  ['alpha -beta', 'alpha beta', 'alpha gamma'],
  ['alpha* be*', 'alpha be', 'alpha'],
  ['"beta alpha"', 'alpha beta', 'gamma'],
  ['(alpha', 'alpha', 'beta'],
  ['alpha)', 'alpha', 'beta'],
  ['~alpha', 'alpha', 'beta'],
  ['<alpha >beta', 'alpha beta', 'alpha'],
  ['alpha @3 beta', 'alpha 3 beta', 'alpha beta'],
  ['alpha NEAR beta', 'alpha near beta', 'alpha beta'],
  ['NEAR(alpha beta, 5)', 'alpha beta near 5', 'alpha beta'],
  ['alpha OR beta', 'alpha or beta', 'alpha'],
  ['alpha AND beta', 'alpha and beta', 'alpha beta'],
  ['alpha NOT beta', 'alpha not beta', 'alpha'],
  ['NOT', 'not', 'beta'],
  ['al%za', 'al za', 'alpza'],
  ['al_ha', 'al_ha', 'alpha ha'],
  ['words:alpha', 'words alpha', 'alpha'],
  ['^alpha', 'alpha', 'beta'],
  ["alpha' OR '1'='1", 'alpha or 1 is 1', 'beta'],
  ["'; DROP TABLE messages; --", 'drop table messages', 'drop'],
  ['alpha" OR "beta', 'alpha or beta', 'alpha'],
  ['\\"alpha\\', 'alpha', 'beta'],
  ['{alpha} [beta]', 'alpha beta', 'alpha'],
];

describe('search', () => {
  let server: TestServer;
  let [ann, ben, eve] = [] as unknown as [Account, Account, Account];
  let group: string;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  beforeEach(async () => {
    [ann, ben, eve] = [await server.account('ann'), await server.account('ben'), await server.account('eve')];
    group = await newGroup();
  });
  afterAll(() => server.stop());

  async function newGroup(): Promise<string> {
    return (await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] })).body.id;
  }

  async function say(text: string, conversationId = group, by = ann): Promise<string> {
    const { status, body } = await by.rest.post('/messages', { conversationId, text });
    expect(status).toBe(201);
    return body.id;
  }

  const ask = (q: string, more: Record<string, string> = {}, by = ben): Promise<Answer> =>
    by.rest.get(`/messages/search?${new URLSearchParams({ q, ...more }).toString()}`);

  async function found(q: string, more: Record<string, string> = {}, by = ben): Promise<string[]> {
    const { status, body } = await ask(q, more, by);
    expect({ q, status }).toEqual({ q, status: 200 });
    return body.items.map(({ text }: { text: string }) => text);
  }

  it('finds a message at once, newest first, as whole messages', async () => {
    await say('a fish');
    const id = await say('another fish');
    const { body } = await ask('fish');
    expect(body).toEqual({
      items: [expect.objectContaining({ id, text: 'another fish' }), expect.objectContaining({ text: 'a fish' })],
      nextCursor: null,
    });
    expect((await ben.rest.get(`/messages/${id}`)).body).toEqual(body.items[0]);
    for (let n = 0; n < 10; n++) {
      await say(`immediately${n}`);
      expect(await found(`immediately${n}`)).toHaveLength(1);
    }
  });

  it.each(LANGUAGES)('finds %s', async (_language, text, ...queries) => {
    await say('Something else entirely: другое 其他 อื่น');
    await say(text);
    for (const q of queries) expect({ q, found: await found(q) }).toEqual({ q, found: [text] });
  });

  it.each(OPERATORS)('treats %j as words', async (q, text, besides) => {
    await say(besides);
    await say(text);
    expect(await found(q)).toEqual([text]);
  });

  it.each([' ', '+', '***', '"', '()', '%', '\u0000', '-- ;', '¡…!'])(
    'finds nothing for %j, which has no word',
    async (q) => {
      await say('anything % " ()');
      expect((await ask(q)).body).toEqual({ items: [], nextCursor: null });
    },
  );

  it('finds the end of a message of 8,000 Chinese characters', async () => {
    const text = Array.from({ length: 8_000 }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('');
    await say(text);
    expect(await found(text.slice(-3))).toEqual([text]);
    expect(await found(text.slice(0, 200))).toEqual([text]);
    expect(await found('龥龥')).toEqual([]);
  });

  it('finds an edited message by its new words only, and a deleted message not at all', async () => {
    const id = await say('original words');
    expect(await found('original')).toHaveLength(1);
    await ann.rest.patch(`/messages/${id}`, { text: 'changed words' });
    expect([await found('original'), await found('changed'), await found('words')]).toEqual([
      [],
      ['changed words'],
      ['changed words'],
    ]);
    await ann.rest.delete(`/messages/${id}`);
    expect([await found('original'), await found('changed')]).toEqual([[], []]);
  });

  it('is limited to the user’s current conversations', async () => {
    const { body: room } = await ann.rest.post('/conversations', { type: 'room', title: `Room ${randomUUID()}` });
    await say('secret of the group');
    await say('secret of the room', room.id);
    expect(await found('secret')).toEqual(['secret of the group']);
    expect(await found('secret', {}, eve)).toEqual([]);
    await eve.rest.post(`/conversations/${room.id}/join`);
    expect(await found('secret', {}, eve)).toEqual(['secret of the room']);
    await eve.rest.post(`/conversations/${room.id}/leave`);
    await ann.rest.delete(`/conversations/${group}/members/${ben.id}`);
    expect(await found('secret', {}, eve)).toEqual([]);
    expect(await found('secret', {}, ben)).toEqual([]);
    expect(await found('secret', {}, ann)).toEqual(['secret of the room', 'secret of the group']);
    for (const by of [ben, eve]) {
      expectProblem(await ask('secret', { conversationId: group }, by), NOT_FOUND);
      expectProblem(await ask('secret', { conversationId: room.id }, by), NOT_A_MEMBER);
    }
    await ann.rest.delete(`/conversations/${room.id}`);
    expect(await found('secret', {}, ann)).toEqual(['secret of the group']);
  });

  it('is limited to one conversation by conversationId', async () => {
    const other = await newGroup();
    await say('fish here');
    await say('fish there', other);
    expect(await found('fish', { conversationId: group.toUpperCase() })).toEqual(['fish here']);
    expect(await found('fish', { conversationId: other })).toEqual(['fish there']);
    expect(await found('fish')).toEqual(['fish there', 'fish here']);
  });

  it('returns 130 hits in pages, each once, newest first, while new ones arrive', async () => {
    const other = await newGroup();
    const sent: string[] = [];
    for (let n = 0; n < 130; n++) sent.unshift(await say(`page ${n}`, n % 2 ? group : other));
    const pages: any[][] = [];
    let cursor: string | null = null;
    do {
      const { body }: Answer = await ask('page', { limit: '40', ...(cursor !== null && { cursor }) });
      pages.push(body.items);
      cursor = body.nextCursor;
      await say('page newer');
    } while (cursor !== null && pages.length < 10);
    expect(pages.map(({ length }) => length)).toEqual([40, 40, 40, 10]);
    const items = pages.flat();
    expect(items.map(({ id }) => id).sort()).toEqual(sent.toSorted());
    const keys = items.map(({ createdAt, id }) => createdAt + id);
    expect(keys).toEqual(keys.toSorted().reverse());
    expect((await ask('page')).body.items).toHaveLength(50);
    expect((await ask('page', { limit: '100' })).body.items).toHaveLength(100);
  });

  it('succeeds on two nodes while messages are sent and changed, and finds all of them afterwards', async () => {
    const node = await server.beside();
    // SQLite serves one process: the two servers run in this one.
    const searchers = [ann.rest, ben.rest, node.rest.as(ann.token), node.rest.as(ben.token)];
    let sending = true;
    const searches = searchers.map(async (rest) => {
      const seen = new Set<number>();
      while (sending) seen.add((await rest.get('/messages/search?q=busy&limit=100')).status);
      return [...seen];
    });
    const sends = [ann, ben].map(async (by) => {
      for (let n = 0; n < 40; n++) {
        const id = await say(`busy ${by.username} ${n}`, group, by);
        if (n % 4 === 0) await by.rest.patch(`/messages/${id}`, { text: `busy edited ${n}` });
        if (n % 10 === 9) await by.rest.delete(`/messages/${id}`);
      }
    });
    await Promise.all(sends).finally(() => {
      sending = false;
    });
    const statuses = await Promise.all(searches);
    const counts: number[][] = [];
    for (const rest of searchers) {
      const all = await rest.get('/messages/search?q=busy&limit=100');
      const edited = await rest.get('/messages/search?q=edited&limit=100');
      counts.push([all.body.items.length, edited.body.items.length]);
    }
    await node.stop();
    expect(statuses).toEqual(searchers.map(() => [200]));
    expect(counts).toEqual(searchers.map(() => [72, 20]));
  });
});
