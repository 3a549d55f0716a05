import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { MAX_BUFFERED_BYTES } from '../../src/realtime/fanout/connection-writer.js';
import { SyncRepository } from '../../src/sync/sync.repository.js';
import type { Account } from '../clients/account.js';
import { TestServer } from '../harness/server.js';

describe('sync', () => {
  let server: TestServer;
  let ann: Account;
  let ben: Account;
  beforeAll(async () => {
    server = await TestServer.start();
    [ann, ben] = [await server.account('ann'), await server.account('ben')];
  });
  afterAll(() => server.stop());

  async function sync(account: Account, conversations: object = {}, more: object = {}): Promise<any> {
    const { status, body } = await account.rest.post('/sync', { conversations, ...more });
    expect(status).toBe(200);
    return body;
  }

  it('returns every conversation to a new client', async () => {
    const zoe = await server.account('zoe');
    const { body: group } = await zoe.rest.post('/conversations', { type: 'group', title: 'G', memberIds: [ben.id] });
    const { body: message } = await ben.rest.post('/messages', { conversationId: group.id, text: 'hi' });
    const answer = await sync(zoe);
    expect(answer).toEqual({
      serverTime: expect.stringMatching(/Z$/),
      epoch: expect.any(String),
      stateRev: 0,
      complete: true,
      conversations: [
        {
          conversation: (await zoe.rest.get(`/conversations/${group.id}`)).body,
          rev: 2,
          reset: true,
          more: false,
          messages: [message],
          members: (await zoe.rest.get(`/conversations/${group.id}/members`)).body.items,
        },
      ],
      me: [],
      left: [],
      receipts: [],
    });
    expect(await sync(zoe, { [group.id]: 2 })).toMatchObject({ conversations: [], complete: true });
  });

  it('returns a message that changes during the read', async () => {
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const conversationId = group.id;
    const { body: message } = await ann.rest.post('/messages', { conversationId, text: 'a' });
    const changes = server.running.app.get(SyncRepository);
    const head = (await changes.heads(ben.id)).heads.find((each) => each.conversationId === conversationId)!;
    await ann.rest.patch(`/messages/${message.id}`, { text: 'edited' });
    await ann.rest.post('/messages', { conversationId, text: 'b' });
    const found = await changes.changedMessages([{ ...head, known: group.rev }], 100);
    expect(found.get(conversationId)).toEqual([expect.objectContaining({ id: message.id, text: 'edited' })]);
  });

  it('returns changes only, by ascending rev', async () => {
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const conversationId = group.id;
    const ids = ['a', 'b', 'c'].map(() => randomUUID());
    for (const id of ids) await ann.rest.post('/messages', { id, conversationId, text: id });
    await ben.rest.post(`/conversations/${conversationId}/leave`); // 5
    await ann.rest.patch(`/messages/${ids[0]}`, { text: 'edited' }); // 6
    await ann.rest.delete(`/messages/${ids[1]}`); // 7
    await ann.rest.patch(`/conversations/${conversationId}`, { title: 'T' }); // 8
    const { conversations } = await sync(ann, { [conversationId]: 4 });
    const [entry] = conversations.filter(({ conversation }: any) => conversation.id === conversationId);
    expect(entry).toMatchObject({ rev: 8, reset: false, more: false, conversation: { title: 'T', rev: 8 } });
    expect(entry.messages.map(({ rev, seq }: any) => [rev, seq])).toEqual([
      [6, 1],
      [7, 2],
    ]);
    expect(entry.members).toEqual([expect.objectContaining({ rev: 5, leftAt: expect.stringMatching(/Z$/) })]);
    expect((await sync(ben, { [conversationId]: 4 })).left).toEqual([conversationId]);
  });

  it('continues in pages that end at one rev, until there are no more', async () => {
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const conversationId = group.id;
    for (let n = 0; n < 12; n++) {
      await ann.rest.post('/messages', { conversationId, text: `${n}` });
      if (n % 4 === 0)
        await ann.rest.patch(`/conversations/${conversationId}/members/${ben.id}`, {
          role: n % 8 ? 'member' : 'admin',
        });
    }
    const seen: number[] = [];
    let known = 1;
    for (let more = true; more;) {
      const { conversations } = await sync(ann, { [conversationId]: known }, { limit: 5 });
      const entry = conversations.find(({ conversation }: any) => conversation.id === conversationId);
      seen.push(...entry.messages.map(({ seq }: any) => seq));
      expect(entry.messages.length).toBeLessThanOrEqual(5);
      expect(entry.rev).toBeGreaterThan(known);
      ({ rev: known, more } = entry);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(known).toBe((await ann.rest.get(`/conversations/${conversationId}`)).body.rev);
  });

  it('resets after another epoch, a future rev, or too many missed changes', async () => {
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const find = (answer: any): any =>
      answer.conversations.find(({ conversation }: any) => conversation.id === group.id);
    expect(find(await sync(ann, { [group.id]: 1 }, { epoch: 'another' }))).toMatchObject({ reset: true, rev: 1 });
    expect(find(await sync(ann, { [group.id]: 7 }))).toMatchObject({ reset: true, rev: 1 });
    expect(find(await sync(ann, { [group.id]: 1 }))).toBeUndefined();
  });

  it('is bounded for a client that missed 5,000 changes in one conversation and changes in 300', async () => {
    const zoe = await server.account('zoe');
    const known: Record<string, number> = {};
    const make = async (): Promise<string> => {
      const { body } = await zoe.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
      known[body.id] = 1;
      return body.id;
    };
    const busy = await make();
    for (let n = 1; n < 300; n++) await make();
    const phone = await ben.connect();
    const send = (conversationId: string, text: string): Promise<any> =>
      phone.emit('message:send', { conversationId, text });
    for (let n = 0; n < 4_999; n += 100) {
      await Promise.all(Array.from({ length: Math.min(100, 4_999 - n) }, () => send(busy, 'x')));
    }
    await Promise.all(Object.keys(known).map((id) => send(id, 'y'.repeat(1_000))));

    const resets: string[] = [];
    let answers = 0;
    for (let complete = false; !complete; answers++) {
      const answer = await sync(zoe, known);
      expect(answer.conversations.length).toBeLessThanOrEqual(200);
      for (const { conversation, rev, reset, messages, more } of answer.conversations) {
        if (reset) resets.push(conversation.id);
        expect([messages.length, more]).toEqual([reset ? 50 : 1, false]);
        expect(messages.at(-1).seq).toBe(conversation.lastSeq);
        known[conversation.id] = rev;
      }
      ({ complete } = answer);
    }
    expect(resets).toEqual([busy]);
    expect(answers).toBe(2);
    expect(known[busy]).toBe(5_001);
    expect((await sync(zoe, known)).conversations).toEqual([]);
  }, 120_000);

  it('is bounded in bytes over the socket, and complete over several answers', async () => {
    const [yan, liz] = [await server.account('yan'), await server.account('liz')];
    const metadata = { filler: 'm'.repeat(4_000) };
    const texts = ['\u{1f642}'.repeat(8_000), '"'.repeat(8_000), 'x'];
    const known: Record<string, number> = {};
    const fresh = new Set<string>();
    const sender = await liz.connect();
    for (let n = 0; n < 8; n++) {
      const { body } = await liz.rest.post('/conversations', { type: 'group', memberIds: [yan.id] });
      if (n < 6) known[body.id] = 1;
      else fresh.add(body.id);
      const sends = Array.from({ length: 90 }, (_, at) => ({ conversationId: body.id, text: texts[at % 3], metadata }));
      await Promise.all(sends.map((send) => sender.emit('message:send', send)));
    }
    const device = await yan.connect();
    const told = new Map<string, number[]>();
    let isWhole = false;
    for (let answers = 0; !isWhole; answers++) {
      expect(answers).toBeLessThan(40);
      const { data } = await device.emit('sync', { conversations: known, limit: 500 });
      expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(MAX_BUFFERED_BYTES);
      for (const { conversation, rev, reset, messages } of data.conversations) {
        expect(reset).toBe(fresh.has(conversation.id));
        const seqs = messages.map(({ seq }: { seq: number }) => seq);
        told.set(conversation.id, [...(told.get(conversation.id) ?? []), ...seqs]);
        known[conversation.id] = rev;
      }
      isWhole = data.complete && data.conversations.every(({ more }: { more: boolean }) => !more);
    }
    expect(told.size).toBe(8);
    for (const [id, seqs] of told) {
      expect(seqs).toEqual(Array.from({ length: fresh.has(id) ? 50 : 90 }, (_, at) => at + (fresh.has(id) ? 41 : 1)));
    }
  }, 60_000);

  it('returns private changes since a stateRev, and receipts on request', async () => {
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    await ann.rest.post('/messages', { conversationId: group.id, text: 'x' });
    const { stateRev } = await sync(ben);
    await ben.rest.put(`/conversations/${group.id}/read`, { seq: 1 });
    await ben.rest.patch(`/conversations/${group.id}/me`, { pinned: true });
    const answer = await sync(ben, {}, { stateRev });
    expect([answer.stateRev, answer.me]).toEqual([
      stateRev + 2,
      [{ conversationId: group.id, me: expect.objectContaining({ readSeq: 1, pinned: true, unreadCount: 0 }) }],
    ]);
    expect((await sync(ben, {}, { stateRev: stateRev + 2 })).me).toEqual([]);
    const { receipts } = await sync(ann, {}, { receiptsOf: [group.id, randomUUID()] });
    expect(receipts).toEqual([{ conversationId: group.id, userId: ben.id, readSeq: 1, deliveredSeq: 1 }]);
  });

  it('peeks at unread conversations', async () => {
    const zoe = await server.account('zoe');
    const { body: direct } = await ann.rest.post('/conversations', { type: 'direct', memberIds: [zoe.id] });
    await ann.rest.post('/messages', { conversationId: direct.id, text: 'one' });
    const { body: last } = await ann.rest.post('/messages', { conversationId: direct.id, text: 'two' });
    expect((await zoe.rest.get('/sync/peek')).body).toEqual({
      unread: 2,
      conversations: [{ id: direct.id, title: ann.username, unreadCount: 2, lastMessage: last }],
      serverTime: expect.stringMatching(/Z$/),
    });
  });

  it('works the same over the socket, and rejects invalid payloads', async () => {
    const phone = await ann.connect();
    const { data } = await phone.emit('sync', { conversations: {} });
    const { body } = await ann.rest.post('/sync', { conversations: {} });
    expect({ ...data, serverTime: '' }).toEqual({ ...body, serverTime: '', conversations: expect.any(Array) });
    for (const [payload, field] of [
      [{}, 'conversations'],
      [{ conversations: { x: 1 } }, 'conversations'],
      [{ conversations: { [randomUUID()]: -1 } }, expect.stringMatching(/^conversations\./)],
      [{ conversations: {}, limit: 501 }, 'limit'],
    ] as const) {
      const { ok, error } = await phone.emit('sync', payload);
      expect([ok, error.code, error.errors[0].field]).toEqual([false, 'validation_failed', field]);
    }
    phone.close();
  });
});
