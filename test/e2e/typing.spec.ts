import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';

describe('typing', () => {
  let server: TestServer;
  let ann: Account;
  let ben: Account;
  let bens: TestSocket;
  let conversationId: string;
  beforeAll(async () => {
    server = await TestServer.start();
    [ann, ben] = [await server.account('ann'), await server.account('ben')];
    bens = await ben.connect();
  });
  beforeEach(async () => {
    conversationId = (await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] })).body.id;
  });
  afterAll(() => server.stop());

  const shown = (active: boolean): Promise<any> =>
    bens.next('typing', (event) => event.conversationId === conversationId && event.active === active);
  const all = (): boolean[] =>
    bens
      .all('typing')
      .filter((event) => event.conversationId === conversationId)
      .map(({ active }) => active);

  it('is shown to other members at most every two seconds, until it stops', async () => {
    const anns = await ann.connect();
    for (let n = 0; n < 5; n++)
      expect(await anns.emit('typing:start', { conversationId })).toEqual({ ok: true, data: {} });
    expect(await shown(true)).toEqual({ conversationId, userId: ann.id, active: true, expiresInMs: 6_000 });
    await anns.emit('typing:stop', { conversationId });
    await anns.emit('typing:start', { conversationId });
    await anns.emit('typing:stop', { conversationId });
    expect(await shown(false)).toEqual({ conversationId, userId: ann.id, active: false, expiresInMs: 0 });
    expect(all()).toEqual([true, false]);
    expect(anns.all('typing')).toEqual([]);
    anns.close();
  });

  it('ends with the message', async () => {
    const anns = await ann.connect();
    await anns.emit('typing:start', { conversationId });
    await shown(true);
    await anns.emit('message:send', { conversationId, text: 'here it is' });
    await shown(false);
    anns.close();
  });

  it('ends with the connection', async () => {
    const anns = await ann.connect();
    await anns.emit('typing:start', { conversationId });
    await shown(true);
    anns.close();
    await shown(false);
  });

  it('expires', async () => {
    const anns = await ann.connect();
    await anns.emit('typing:start', { conversationId });
    await shown(true);
    await shown(false);
    expect(all()).toEqual([true, false]);
    anns.close();
  });

  it('of a removed user ends for the others, and the removed user receives none', async () => {
    await bens.emit('typing:start', { conversationId });
    const anns = await ann.connect();
    await ann.rest.delete(`/conversations/${conversationId}/members/${ben.id}`);
    await anns.emit('typing:start', { conversationId });
    await anns.next('typing', (event) => event.userId === ben.id && !event.active);
    const { body: next } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    await bens.next('conversation:added', ({ conversation }) => conversation.id === next.id);
    expect(all()).toEqual([]);
    anns.close();
  });
});
