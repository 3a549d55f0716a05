import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';

/** No event passes between the nodes: each repairs the difference from the database, within two sweeps of `AntiEntropy`. */
describe('two nodes without Redis', () => {
  let nodeA: TestServer;
  let nodeB: TestServer;
  let ann: Account;
  let ben: Account;
  let bens: TestSocket;

  beforeAll(async () => {
    nodeA = await TestServer.start({ REDIS_URL: '' });
    nodeB = await nodeA.beside({ REDIS_URL: '' });
    [ann, ben] = [await nodeA.account('ann'), await nodeB.account('ben')];
    bens = await ben.connect();
  });
  afterAll(async () => {
    await nodeB.stop();
    await nodeA.stop();
  });

  const create = async (): Promise<any> =>
    (await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] })).body;

  it('emit conversation:added to a user who was added on the other node', async () => {
    const { id } = await create();
    const { conversation } = await bens.next('conversation:added');
    expect(conversation).toMatchObject({ id, me: { role: 'member' } });
  });

  it('emit conversation:changed once for messages sent on the other node, and not for own ones', async () => {
    const { id } = await create();
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    const { body: message } = await ann.rest.post('/messages', { conversationId: id, text: 'on the other node' });
    expect(await bens.next('conversation:changed')).toEqual({ conversationId: id, rev: message.rev });
    const answer = await bens.emit('message:send', { conversationId: id, text: 'on this node' });
    await bens.next('message:created');
    const { body: last } = await ann.rest.post('/messages', { conversationId: id, text: 'on the other node again' });
    expect(last.rev).toBe(answer.data.rev + 1);
    expect(await bens.next('conversation:changed')).toEqual({ conversationId: id, rev: last.rev });
  });

  it('evict a member who was removed on the other node', async () => {
    const { id } = await create();
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    await ann.rest.delete(`/conversations/${id}/members/${ben.id}`);
    await bens.next('conversation:removed', ({ conversationId }) => conversationId === id);
  });

  it('emit conversation:removed for a conversation that was deleted on the other node', async () => {
    const { id } = await create();
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    await ann.rest.delete(`/conversations/${id}`);
    expect(await bens.next('conversation:removed', ({ conversationId }) => conversationId === id)).toEqual({
      conversationId: id,
      reason: 'deleted',
    });
  });

  it('emit conversation:me for a change by a device on the other node', async () => {
    const { id } = await create();
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    const elsewhere = await ben.connect({ origin: nodeA.origin });
    const { body: me } = await ben.rest.patch(`/conversations/${id}/me`, { pinned: true });
    expect(await bens.next('conversation:me')).toMatchObject({ conversationId: id, me });
    expect(await elsewhere.next('conversation:me')).toMatchObject({ conversationId: id, me });
    elsewhere.close();
  });

  it('close the sockets of a session that was revoked on the other node', async () => {
    const { accessToken, session } = await ben.login();
    const phone = await ben.connect({ token: accessToken, origin: nodeA.origin });
    await ben.rest.delete(`/auth/sessions/${session.id}`);
    expect(await phone.next('session:ended')).toEqual({ reason: 'revoked' });
    await phone.next('disconnect');
  });
});
