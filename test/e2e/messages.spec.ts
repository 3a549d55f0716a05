import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import { TestServer } from '../harness/server.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('messages', () => {
  let server: TestServer;
  let ann: Account;
  let ben: Account;
  let eve: Account;
  beforeAll(async () => {
    server = await TestServer.start();
    [ann, ben, eve] = [await server.account('ann'), await server.account('ben'), await server.account('eve')];
  });
  afterAll(() => server.stop());

  async function group(): Promise<string> {
    const { body } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    return body.id;
  }

  it('have every field of the contract', async () => {
    const conversationId = await group();
    const { status, body } = await ann.rest.post('/messages', { conversationId, text: 'Hello' });
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      conversationId,
      seq: 1,
      rev: 2,
      kind: 'text',
      sender: { id: ann.id, username: ann.username, displayName: ann.username, avatarUrl: null },
      text: 'Hello',
      replyTo: null,
      mentions: [],
      reactions: [],
      metadata: null,
      createdAt: expect.stringMatching(TIME),
      editedAt: null,
      deletedAt: null,
    });
    expect((await ben.rest.get(`/messages/${body.id}`)).body).toEqual(body);
  });

  it('store any Unicode text in NFC, trimmed', async () => {
    const conversationId = await group();
    for (const [raw, stored] of [
      ['  cafe\u0301 \n', 'café'],
      ['a\r\nb\tc', 'a\nb\tc'],
      ['👩‍👩‍👧‍👦 слово 漢字 عربى', '👩‍👩‍👧‍👦 слово 漢字 عربى'],
      ['<script>alert(1)</script> %_\\\' "', '<script>alert(1)</script> %_\\\' "'],
      ['😀'.repeat(8_000), '😀'.repeat(8_000)],
    ]) {
      const { body } = await ann.rest.post('/messages', { conversationId, text: raw });
      expect(body.text).toBe(stored);
      expect((await ben.rest.get(`/messages/${body.id}`)).body.text).toBe(stored);
    }
  });

  it('reject invalid text, and store nothing', async () => {
    const conversationId = await group();
    for (const [text, code] of [
      [' \n ', 'minLength'],
      ['x'.repeat(8_001), 'maxLength'],
      ['a\u0000b', 'pattern'],
      ['a\u0007b', 'pattern'],
      ['\ud800', 'pattern'],
      [7, 'type'],
    ]) {
      const { status, body } = await ann.rest.post('/messages', { conversationId, text });
      expect([status, body.code, body.errors]).toEqual([
        400,
        'validation_failed',
        [{ field: 'text', code, message: expect.any(String) }],
      ]);
    }
    expect((await ann.rest.get(`/messages?conversationId=${conversationId}`)).body.items).toEqual([]);
  });

  it('are returned unchanged when the send is repeated', async () => {
    const conversationId = await group();
    const message = { id: randomUUID(), conversationId, text: 'once' };
    const first = await ann.rest.post('/messages', message);
    expect(first.status).toBe(201);
    await ann.rest.post('/messages', { conversationId, text: 'later' });
    const again = await ann.rest.post('/messages', { ...message, id: message.id.toUpperCase(), text: ' once ' });
    expect([again.status, again.body]).toEqual([200, first.body]);
    expect((await ben.rest.get(`/conversations/${conversationId}`)).body).toMatchObject({ lastSeq: 2, rev: 3 });
  });

  it('reject the id of another message', async () => {
    const [here, there] = [await group(), await group()];
    const id = randomUUID();
    await ann.rest.post('/messages', { id, conversationId: here, text: 'mine' });
    for (const [account, message] of [
      [ann, { id, conversationId: here, text: 'other words' }],
      [ann, { id, conversationId: there, text: 'mine' }],
      [ben, { id, conversationId: here, text: 'mine' }],
    ] as const) {
      const { status, body } = await account.rest.post('/messages', message);
      expect([status, body.code]).toEqual([409, 'id_conflict']);
    }
    expect((await ann.rest.get(`/messages?conversationId=${there}`)).body.items).toEqual([]);
  });

  it('quote the message that they reply to', async () => {
    const conversationId = await group();
    const { body: quoted } = await ann.rest.post('/messages', { conversationId, text: '🙂'.repeat(200) });
    const { body: reply } = await ben.rest.post('/messages', { conversationId, text: 'yes', replyToId: quoted.id });
    expect(reply.replyTo).toEqual({ id: quoted.id, seq: 1, senderId: ann.id, preview: '🙂'.repeat(140) });
    const elsewhere = await group();
    for (const replyToId of [quoted.id, randomUUID()]) {
      const refused = await ann.rest.post('/messages', { conversationId: elsewhere, text: 'x', replyToId });
      expect([refused.status, refused.body.code]).toEqual([404, 'not_found']);
    }
  });

  it('mention members only', async () => {
    const conversationId = await group();
    const { body } = await ann.rest.post('/messages', { conversationId, text: 'hey', mentions: [ben.id] });
    expect(body.mentions).toEqual([ben.id]);
    const refused = await ann.rest.post('/messages', { conversationId, text: 'hey', mentions: [ben.id, eve.id] });
    expect([refused.status, refused.body.code, refused.body.errors[0].field]).toEqual([
      400,
      'validation_failed',
      'mentions',
    ]);
  });

  it('carry metadata of up to 4 KiB of JSON', async () => {
    const conversationId = await group();
    const metadata = { kind: 'poll', options: ['a', { b: null }], name: 'é' };
    const { body } = await ann.rest.post('/messages', { conversationId, text: 'poll', metadata });
    expect(body.metadata).toEqual(metadata);
    for (const bad of [
      { blob: 'x'.repeat(4_096) },
      JSON.parse('{"a":'.repeat(40) + '1' + '}'.repeat(40)),
      'text',
      [],
    ]) {
      const refused = await ann.rest.post('/messages', { conversationId, text: 'x', metadata: bad });
      expect([refused.status, refused.body.errors[0].field]).toEqual([400, 'metadata']);
    }
  });

  it('advance the markers of their sender', async () => {
    const conversationId = await group();
    await ben.rest.post('/messages', { conversationId, text: 'one' });
    await ann.rest.post('/messages', { conversationId, text: 'two' });
    const markers = async (account: Account): Promise<unknown> => {
      const { me } = (await account.rest.get(`/conversations/${conversationId}`)).body;
      return [me.readSeq, me.deliveredSeq, me.unreadCount];
    };
    expect(await markers(ann)).toEqual([2, 2, 0]);
    expect(await markers(ben)).toEqual([1, 1, 1]);
  });

  describe('history pages', () => {
    let conversationId: string;
    beforeAll(async () => {
      conversationId = await group();
      for (let n = 1; n <= 7; n++) await ann.rest.post('/messages', { conversationId, text: `m${n}` });
    });

    it.each([
      ['', [1, 2, 3, 4, 5, 6, 7], false, false],
      ['&limit=3', [5, 6, 7], true, false],
      ['&before=5&limit=3', [2, 3, 4], true, true],
      ['&before=3&limit=3', [1, 2], false, true],
      ['&before=1', [], false, true],
      ['&before=100&limit=2', [6, 7], true, false],
      ['&after=0&limit=2', [1, 2], false, true],
      ['&after=5', [6, 7], true, false],
      ['&after=7', [], true, false],
      ['&after=50', [], true, false],
      ['&around=4&limit=3', [3, 4, 5], true, true],
      ['&around=1&limit=4', [1, 2, 3, 4], false, true],
      ['&around=7&limit=4', [4, 5, 6, 7], true, false],
    ])('answer %p with %p', async (query, seqs, hasBefore, hasAfter) => {
      const { status, body } = await ben.rest.get(`/messages?conversationId=${conversationId}${query}`);
      expect(status).toBe(200);
      expect(body.items.map(({ seq }: { seq: number }) => seq)).toEqual(seqs);
      expect([body.hasBefore, body.hasAfter]).toEqual([hasBefore, hasAfter]);
    });

    it.each([
      ['&before=2&after=1', 'before'],
      ['&limit=101', 'limit'],
      ['&limit=0', 'limit'],
      ['&limit=many', 'limit'],
      ['&before=1.5', 'before'],
      ['&after=-1', 'after'],
    ])('reject %p', async (query, field) => {
      const { status, body } = await ben.rest.get(`/messages?conversationId=${conversationId}${query}`);
      expect([status, body.code, body.errors[0].field]).toEqual([400, 'validation_failed', field]);
    });
  });

  it('are hidden from users outside the conversation', async () => {
    const conversationId = await group();
    const { body: message } = await ann.rest.post('/messages', { conversationId, text: 'secret' });
    for (const answer of [
      await eve.rest.get(`/messages?conversationId=${conversationId}`),
      await eve.rest.get(`/messages/${message.id}`),
      await eve.rest.post('/messages', { conversationId, text: 'hi' }),
      await eve.rest.get(`/messages?conversationId=${randomUUID()}`),
      await eve.rest.post('/messages', { conversationId: randomUUID(), text: 'hi' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    const { body: room } = await ann.rest.post('/conversations', { type: 'room', title: 'Open' });
    const { body: said } = await ann.rest.post('/messages', { conversationId: room.id, text: 'public' });
    for (const answer of [
      await eve.rest.get(`/messages?conversationId=${room.id}`),
      await eve.rest.get(`/messages/${said.id}`),
      await eve.rest.post('/messages', { conversationId: room.id, text: 'hi' }),
    ]) {
      expect([answer.status, answer.body.code]).toEqual([403, 'not_a_member']);
    }
  });
});
