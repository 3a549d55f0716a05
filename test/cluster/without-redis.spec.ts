import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import type { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';

/** What one node does not tell the other is found in the database, within two rounds. */
describe('nodes that share a database and nothing else', () => {
  let here: TestServer;
  let there: TestServer;
  let ann: Account;
  let ben: Account;
  let bens: TestSocket;

  beforeAll(async () => {
    here = await TestServer.start({ REDIS_URL: '' });
    there = await here.beside({ REDIS_URL: '' });
    [ann, ben] = [await here.account('ann'), await there.account('ben')];
    bens = await ben.connect();
  });
  afterAll(async () => {
    await there.stop();
    await here.stop();
  });

  const create = async (): Promise<any> =>
    (await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] })).body;

  it('find a conversation that somebody was added to', async () => {
    const { id } = await create();
    const { conversation } = await bens.next('conversation:added');
    expect(conversation).toMatchObject({ id, me: { role: 'member' } });
  });

  it('find what was said, hint at it once, and say nothing of what was heard', async () => {
    const { id } = await create();
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    const { body: message } = await ann.rest.post('/messages', { conversationId: id, text: 'unheard' });
    expect(await bens.next('conversation:changed')).toEqual({ conversationId: id, rev: message.rev });
    const answer = await bens.emit('message:send', { conversationId: id, text: 'heard' });
    await bens.next('message:created');
    const { body: last } = await ann.rest.post('/messages', { conversationId: id, text: 'unheard too' });
    expect(last.rev).toBe(answer.data.rev + 1);
    expect(await bens.next('conversation:changed')).toEqual({ conversationId: id, rev: last.rev });
  });

  it('find who was removed: their sockets hear nothing more', async () => {
    const { id } = await create();
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    await ann.rest.delete(`/conversations/${id}/members/${ben.id}`);
    await bens.next('conversation:removed', ({ conversationId }) => conversationId === id);
  });

  it('find a conversation that was deleted', async () => {
    const { id } = await create();
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    await ann.rest.delete(`/conversations/${id}`);
    expect(await bens.next('conversation:removed', ({ conversationId }) => conversationId === id)).toEqual({
      conversationId: id,
      reason: 'deleted',
    });
  });

  it('find what is private to somebody and changed on another device', async () => {
    const { id } = await create();
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    const elsewhere = await ben.connect({ origin: here.origin });
    const { body: me } = await ben.rest.patch(`/conversations/${id}/me`, { pinned: true });
    expect(await bens.next('conversation:me')).toMatchObject({ conversationId: id, me });
    expect(await elsewhere.next('conversation:me')).toMatchObject({ conversationId: id, me });
    elsewhere.close();
  });

  it('find sessions that ended', async () => {
    const { accessToken, session } = await ben.login();
    const phone = await ben.connect({ token: accessToken, origin: here.origin });
    await ben.rest.delete(`/auth/sessions/${session.id}`);
    expect(await phone.next('session:ended')).toEqual({ reason: 'revoked' });
    await phone.next('disconnect');
  });
});
