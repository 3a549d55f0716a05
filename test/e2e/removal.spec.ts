import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, expectRefusal, NOT_A_MEMBER, NOT_FOUND } from '../support/problem.js';

describe('former member', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const goings: [string, 'group' | 'room', (id: string, ann: Account, ben: Account) => Promise<unknown>][] = [
    ['was removed from a group', 'group', (id, ann, ben) => ann.rest.delete(`/conversations/${id}/members/${ben.id}`)],
    ['was removed from a room', 'room', (id, ann, ben) => ann.rest.delete(`/conversations/${id}/members/${ben.id}`)],
    ['left a group', 'group', (id, _ann, ben) => ben.rest.post(`/conversations/${id}/leave`)],
    ['left a room', 'room', (id, _ann, ben) => ben.rest.post(`/conversations/${id}/leave`)],
  ];

  it.each(goings)('that %s%.0s receives, finds and changes nothing of the conversation', async (_what, type, go) => {
    const [ann, ben] = [await server.account('ann'), await server.account('ben')];
    const { body } = await ann.rest.post('/conversations', { type, title: 'Place', memberIds: [ben.id] });
    const { id: conversationId } = body;
    const say = async (text: string, by = ann): Promise<any> =>
      (await by.rest.post('/messages', { conversationId, text })).body;
    const bens = [await ben.connect(), await ben.connect()];
    const [phone] = bens as [TestSocket, TestSocket];
    const before = await say('secret before');
    const own = await say('secret by Ben', ben);
    await phone.emit('presence:watch', { userIds: [ann.id] });
    const synced = (await ben.rest.post('/sync', { conversations: {} })).body;
    const known = Object.fromEntries(synced.conversations.map(({ conversation, rev }: any) => [conversation.id, rev]));
    expect((await ben.rest.get('/messages/search?q=secret')).body.items).toHaveLength(2);

    await go(conversationId, ann, ben);
    for (const device of bens)
      await device.next('conversation:removed', (event) => event.conversationId === conversationId);
    const heard = bens.map((device) => device.seen.length);

    // Causes every kind of event.
    const anns = await ann.connect();
    const after = await say('secret after');
    await ann.rest.patch(`/messages/${before.id}`, { text: 'secret edited' });
    await ann.rest.put(`/messages/${own.id}/reactions/${encodeURIComponent('👍')}`);
    await ann.rest.patch(`/conversations/${conversationId}`, { title: 'Renamed' });
    await ann.rest.put(`/conversations/${conversationId}/read`, { seq: 3 });
    await anns.emit('typing:start', { conversationId });
    const third = await server.account('third');
    await ann.rest.post(`/conversations/${conversationId}/members`, { userIds: [third.id] });
    await ann.rest.delete(`/messages/${after.id}`);

    const refusal = type === 'room' ? NOT_A_MEMBER : NOT_FOUND;
    const page = await ben.rest.get(`/messages?conversationId=${conversationId}`);
    expectProblem(page, refusal);
    expectProblem(await ben.rest.get(`/messages/${before.id}`), refusal);
    expectProblem(await ben.rest.get(`/conversations/${conversationId}/members`), refusal);
    expectProblem(await ben.rest.get(`/messages/search?q=secret&conversationId=${conversationId}`), refusal);
    expectProblem(await ben.rest.put(`/conversations/${conversationId}/read`, { seq: 1 }), refusal);
    for (const [command, payload] of [
      ['message:send', { conversationId, text: 'x' }],
      ['message:edit', { id: own.id, text: 'x' }],
      ['message:delete', { id: own.id }],
      ['message:react', { id: before.id, emoji: '👍' }],
      ['message:list', { conversationId }],
      ['conversation:read', { conversationId, seq: 1 }],
      ['typing:start', { conversationId }],
    ] as const) {
      expectRefusal(await phone.emit(command, payload), refusal);
    }
    expect((await ben.rest.get('/messages/search?q=secret')).body.items).toEqual([]);
    expect((await ben.rest.get('/sync/peek')).body).toMatchObject({ unread: 0, conversations: [] });
    expect((await ben.rest.get('/conversations')).body.items).toEqual([]);
    for (const asked of [{ conversations: known, receiptsOf: [conversationId] }, { conversations: {} }]) {
      const { body: again } = await ben.rest.post('/sync', { ...asked, stateRev: synced.stateRev });
      expect(again).toMatchObject({ conversations: [], me: [], receipts: [], complete: true });
      expect(again.left).toEqual(Object.keys(asked.conversations));
    }
    expect((await phone.emit('presence:watch', { userIds: [ann.id, third.id] })).data).toEqual([
      { userId: ann.id, online: false, lastSeenAt: null },
      { userId: third.id, online: false, lastSeenAt: null },
    ]);

    // A later event on the same sockets proves that none came before it.
    const { body: direct } = await ann.rest.post('/conversations', { type: 'direct', memberIds: [ben.id] });
    for (const [n, device] of bens.entries()) {
      await device.next('conversation:added', ({ conversation }) => conversation.id === direct.id);
      const since = device.seen.slice(heard[n]).filter(({ name }) => name !== 'presence:changed');
      expect(since.map(({ name, payload }) => [name, payload.conversation?.id])).toEqual([
        ['conversation:added', direct.id],
      ]);
      for (const event of device.all('presence:changed')) expect(event.lastSeenAt === null || event.online).toBe(true);
    }
  });
});
