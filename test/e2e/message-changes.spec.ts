import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';

const outcome = ({ status, body }: Answer): unknown[] => [status, body?.code];

let server: TestServer;
let ann: Account;
let ben: Account;
let eve: Account;
beforeAll(async () => {
  server = await TestServer.start();
  [ann, ben, eve] = [await server.account('ann'), await server.account('ben'), await server.account('eve')];
});
afterAll(() => server.stop());

describe('message', () => {
  async function sent(text = 'first'): Promise<{ conversationId: string; message: any }> {
    const { body } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const { body: message } = await ben.rest.post('/messages', { conversationId: body.id, text, metadata: { a: 1 } });
    return { conversationId: body.id, message };
  }

  it('is edited by its sender: same seq, next rev', async () => {
    const { message } = await sent();
    const { status, body } = await ben.rest.patch(`/messages/${message.id}`, { text: ' second ' });
    expect([status, body]).toEqual([
      200,
      { ...message, text: 'second', rev: message.rev + 1, editedAt: expect.stringMatching(/Z$/) },
    ]);
    expect((await ben.rest.patch(`/messages/${message.id}`, { text: 'second' })).body).toEqual(body);
    expect((await ann.rest.get(`/messages/${message.id}`)).body).toEqual(body);
    expect(outcome(await ann.rest.patch(`/messages/${message.id}`, { text: 'x' }))).toEqual([403, 'forbidden']);
    expect(outcome(await eve.rest.patch(`/messages/${message.id}`, { text: 'x' }))).toEqual([404, 'not_found']);
  });

  it('is deleted by its sender or the conversation’s owner, and leaves a tombstone', async () => {
    const { conversationId, message } = await sent();
    const { body: reply } = await ann.rest.post('/messages', { conversationId, text: 're', replyToId: message.id });
    expect(reply.replyTo.preview).toBe('first');
    await ben.rest.put(`/messages/${message.id}/reactions/${encodeURIComponent('👍')}`);
    expect(outcome(await ben.rest.delete(`/messages/${reply.id}`))).toEqual([403, 'forbidden']);
    const { status, body } = await ann.rest.delete(`/messages/${message.id}`);
    expect([status, body]).toEqual([
      200,
      { ...message, rev: 5, text: '', metadata: null, deletedAt: expect.stringMatching(/Z$/) },
    ]);
    expect((await ben.rest.delete(`/messages/${message.id}`)).body).toEqual(body);
    expect((await ann.rest.get(`/messages/${reply.id}`)).body.replyTo.preview).toBe('');
    expect((await ann.rest.get(`/conversations/${conversationId}`)).body).toMatchObject({ lastSeq: 2, rev: 5 });
    expect(outcome(await ben.rest.patch(`/messages/${message.id}`, { text: 'x' }))).toEqual([404, 'not_found']);
    const resent = await ben.rest.post('/messages', { id: message.id, conversationId, text: 'first' });
    expect([resent.status, resent.body]).toEqual([200, body]);
  });

  it('has each reaction of a user once', async () => {
    const { message } = await sent();
    const path = (emoji: string): string => `/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`;
    await ann.rest.put(path('👍🏽'));
    const { body } = await ben.rest.put(path('👍🏽'));
    expect(body.reactions).toEqual([{ emoji: '👍🏽', count: 2, userIds: [ann.id, ben.id] }]);
    expect((await ben.rest.put(path('👍🏽'))).body).toEqual(body);
    const both = (await ben.rest.put(path('❤'))).body;
    expect(both.reactions[1]).toEqual({ emoji: '❤️', count: 1, userIds: [ben.id] });
    expect((await ann.rest.delete(path('👍🏽'))).body.reactions[0]).toEqual({ emoji: '👍🏽', count: 1, userIds: [ben.id] });
    expect((await ann.rest.delete(path('👍🏽'))).body.rev).toBe(message.rev + 4);
    await ben.rest.delete(path('❤️'));
    expect((await ben.rest.delete(path('👍🏽'))).body.reactions).toEqual([]);
    for (const bad of ['ok', '👍👍', 'x'.repeat(40)]) {
      expect(outcome(await ben.rest.put(path(bad)))).toEqual([400, 'validation_failed']);
    }
    expect(outcome(await eve.rest.put(path('👍')))).toEqual([404, 'not_found']);
  });

  it('publishes every change to every member', async () => {
    const { message } = await sent();
    const phone = await ann.connect();
    const bens = await ben.connect();
    const edited = await bens.emit('message:edit', { id: message.id, text: 'better' });
    const reacted = await phone.emit('message:react', { id: message.id, emoji: '🎉' });
    const unreacted = await phone.emit('message:unreact', { id: message.id, emoji: '🎉' });
    const deleted = await bens.emit('message:delete', { id: message.id });
    await phone.next('message:deleted');
    const expected = [edited, reacted, unreacted].map(({ data }) => ({
      conversationId: message.conversationId,
      rev: data.rev,
      message: data,
    }));
    expect(phone.all('message:updated')).toEqual(expected);
    expect(phone.all('message:deleted')).toEqual([
      { conversationId: message.conversationId, rev: message.rev + 4, message: deleted.data },
    ]);
  });
});

describe('membership state', () => {
  async function three(): Promise<string> {
    const { body } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    for (const text of ['a', 'b', 'c']) await ann.rest.post('/messages', { conversationId: body.id, text });
    return body.id;
  }

  it('has markers that only advance, up to the last message', async () => {
    const id = await three();
    const put = async (marker: string, seq: number): Promise<unknown> =>
      (await ben.rest.put(`/conversations/${id}/${marker}`, { seq })).body;
    expect(await put('delivered', 2)).toEqual({ readSeq: 0, deliveredSeq: 2, unreadCount: 3 });
    expect(await put('read', 1)).toEqual({ readSeq: 1, deliveredSeq: 2, unreadCount: 2 });
    expect(await put('read', 99)).toEqual({ readSeq: 3, deliveredSeq: 3, unreadCount: 0 });
    expect(await put('read', 2)).toEqual({ readSeq: 3, deliveredSeq: 3, unreadCount: 0 });
    expect(outcome(await eve.rest.put(`/conversations/${id}/read`, { seq: 1 }))).toEqual([404, 'not_found']);
  });

  it('advances stateRev once per change, and publishes it to the user’s devices and receipts to the others', async () => {
    const id = await three();
    const [phone, laptop, anns] = [await ben.connect(), await ben.connect(), await ann.connect()];
    const before = phone.all('session:ready')[0].stateRev;
    await phone.emit('conversation:read', { conversationId: id, seq: 2 });
    await phone.emit('conversation:read', { conversationId: id, seq: 2 });
    await ben.rest.patch(`/conversations/${id}/me`, { pinned: true });
    await ben.rest.patch(`/conversations/${id}/me`, { pinned: true });
    const until = '2099-01-01T00:00:00.000Z';
    const { body } = await ben.rest.patch(`/conversations/${id}/me`, { mutedUntil: until, archived: true });
    expect(body).toMatchObject({ readSeq: 2, unreadCount: 1, pinned: true, mutedUntil: until, archived: true });
    for (const device of [phone, laptop]) await device.next('conversation:me', ({ me }) => me.archived);
    for (const device of [phone, laptop]) {
      expect(device.all('conversation:me').map(({ stateRev }) => stateRev)).toEqual([
        before + 1,
        before + 2,
        before + 3,
      ]);
    }
    expect(await anns.next('receipt:read', ({ conversationId }) => conversationId === id)).toEqual({
      conversationId: id,
      userId: ben.id,
      seq: 2,
    });
    expect(anns.all('conversation:me')).toEqual([]);
    expect((await ben.rest.get('/conversations?archived=true')).body.items.map((c: any) => c.id)).toEqual([id]);
    await ann.rest.post('/messages', { conversationId: id, text: 'back' });
    expect((await ben.rest.get('/conversations?archived=true')).body.items).toEqual([]);
    expect((await ben.rest.get(`/conversations/${id}`)).body.me).toMatchObject({ archived: false, pinned: true });
  });
});
