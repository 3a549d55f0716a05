import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { StreamPositionsRepository } from '../../src/sync/stream-positions.repository.js';
import type { Account } from '../clients/account.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';

const DURABLE = /^(message|member|conversation):/;

describe('live events', () => {
  let server: TestServer;
  let ann: Account;
  let ben: Account;
  let cat: Account;
  beforeAll(async () => {
    server = await TestServer.start({ PING_INTERVAL_MS: '15000', PING_TIMEOUT_MS: '7000' });
    ann = await server.account('ann');
    ben = await server.account('ben');
    cat = await server.account('cat');
  });
  afterAll(() => server.stop());

  /**
   * The durable events of a conversation that a device received, up to a last message. Events up to the rev of
   * `conversation:added` are left out: the conversation includes them.
   */
  async function seen(device: TestSocket, conversationId: string, lastText: string): Promise<[string, number?][]> {
    await device.next('message:created', ({ message }) => message.text === lastText);
    let added = 0;
    return device.seen
      .filter(
        ({ name, payload }) =>
          DURABLE.test(name) && (payload.conversationId ?? payload.conversation.id) === conversationId,
      )
      .filter(({ payload }) => {
        added = payload.conversation?.me ? payload.conversation.rev : added;
        return payload.rev === undefined || payload.rev > added;
      })
      .map(({ name, payload }) => [name, payload.rev ?? payload.conversation?.rev]);
  }

  it('start with session:ready', async () => {
    const device = await ann.connect();
    expect(device.all('session:ready')).toEqual([
      {
        userId: ann.id,
        sessionId: ann.auth.session.id,
        epoch: expect.any(String),
        stateRev: 0,
        serverTime: expect.stringMatching(/Z$/),
        heartbeat: { intervalMs: 15_000, timeoutMs: 7_000 },
      },
    ]);
    device.close();
  });

  it('show the whole life of a conversation to every device of every member, in rev order', async () => {
    const annPhone = await ann.connect();
    const annLaptop = await ann.connect({ transports: ['polling', 'websocket'] });
    const benPhone = await ben.connect();
    const catPhone = await cat.connect();

    const { data: room } = await annPhone.emit('conversation:create', {
      type: 'room',
      title: 'Life',
      memberIds: [ben.id],
    });
    const { id } = room;
    await ann.rest.post('/messages', { conversationId: id, text: 'one' }); // rev 2
    await catPhone.emit('conversation:join', { conversationId: id }); // 3
    await benPhone.emit('message:send', { conversationId: id, text: 'two' }); // 4
    await ann.rest.patch(`/conversations/${id}`, { topic: 'Everything' }); // 5
    await ann.rest.patch(`/conversations/${id}/members/${ben.id}`, { role: 'owner' }); // 6, 7
    await catPhone.emit('conversation:leave', { conversationId: id }); // 8
    await ben.rest.delete(`/conversations/${id}/members/${ann.id}`); // 9
    await ben.rest.post(`/conversations/${id}/members`, { userIds: [ann.id, cat.id] }); // 10, 11
    await ben.rest.post('/messages', { conversationId: id, text: 'last' }); // 12

    const common: [string, number][] = [
      ['message:created', 2],
      ['member:joined', 3],
      ['message:created', 4],
      ['conversation:updated', 5],
      ['member:updated', 6],
      ['member:updated', 7],
      ['member:left', 8],
    ];
    const rejoined: [string, number?][] = [
      ['conversation:added', 11],
      ['message:created', 12],
    ];
    const anns: [string, number?][] = [
      ['conversation:added', 1],
      ...common,
      ['conversation:removed', undefined],
      ...rejoined,
    ];
    expect(await seen(annPhone, id, 'last')).toEqual(anns);
    expect(await seen(annLaptop, id, 'last')).toEqual(anns);
    expect(await seen(benPhone, id, 'last')).toEqual([
      ['conversation:added', 1],
      ...common,
      ['member:left', 9],
      ['member:joined', 10],
      ['member:joined', 11],
      ['message:created', 12],
    ]);
    expect(await seen(catPhone, id, 'last')).toEqual([
      ['conversation:added', 3],
      ...common.slice(2, -1),
      ['conversation:removed', undefined],
      ...rejoined,
    ]);
    expect(annPhone.all('conversation:added')[0].conversation).toEqual(room);
    expect(annPhone.all('conversation:removed')[0]).toEqual({ conversationId: id, reason: 'removed' });
    expect(benPhone.all('member:left')[1]).toEqual({
      conversationId: id,
      rev: 9,
      userId: ann.id,
      by: ben.id,
      reason: 'removed',
    });
    const updated = benPhone.all('conversation:updated')[0];
    expect(updated).toMatchObject({ conversationId: id, rev: 5, conversation: { id, rev: 5, topic: 'Everything' } });
    expect(updated.conversation).not.toHaveProperty('me');
    expect(updated.conversation).not.toHaveProperty('peer');
    for (const device of [annPhone, annLaptop, benPhone, catPhone]) device.close();
  });

  it('carry the same objects as REST answers', async () => {
    const phone = await ann.connect();
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const { body: message } = await ben.rest.post('/messages', { conversationId: group.id, text: 'hi' });
    expect(await phone.next('message:created')).toEqual({ conversationId: group.id, rev: message.rev, message });
    const { body: added } = await ann.rest.post(`/conversations/${group.id}/members`, { userIds: [cat.id] });
    expect(await phone.next('member:joined')).toEqual({ conversationId: group.id, rev: 3, member: added.items[0] });
    const page = await phone.emit('message:list', { conversationId: group.id, limit: 1 });
    expect(page).toEqual({ ok: true, data: (await ann.rest.get(`/messages?conversationId=${group.id}&limit=1`)).body });
    phone.close();
  });

  it('end with conversation:removed when the conversation is deleted', async () => {
    const [annPhone, benPhone] = [await ann.connect(), await ben.connect()];
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    await ann.rest.delete(`/conversations/${group.id}`);
    for (const phone of [annPhone, benPhone]) {
      const removed = await phone.next('conversation:removed', ({ conversationId }) => conversationId === group.id);
      expect(removed).toEqual({ conversationId: group.id, reason: 'deleted' });
      phone.close();
    }
  });

  it('do not reach users outside the conversation', async () => {
    const outsider = await cat.connect();
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const { body: room } = await ann.rest.post('/conversations', { type: 'room', title: 'Public' });
    await ann.rest.post('/messages', { conversationId: group.id, text: 'private' });
    await ann.rest.post('/messages', { conversationId: room.id, text: 'public' });
    // A later event on the same socket proves that none came before it.
    const { body: own } = await ann.rest.post('/conversations', { type: 'direct', memberIds: [cat.id] });
    await outsider.next('conversation:added', ({ conversation }) => conversation.id === own.id);
    expect(outsider.seen.map(({ name }) => name)).toEqual(['session:ready', 'conversation:added']);
    outsider.close();
  });

  it('agree with the online state in the member list', async () => {
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const phone = await ben.connect();
    const online = async (): Promise<unknown> => {
      const { body } = await ann.rest.get(`/conversations/${group.id}/members`);
      return body.items.find(({ user }: { user: { id: string } }) => user.id === ben.id).online;
    };
    expect(await online()).toBe(true);
    phone.close();
    await waitFor('ben is offline', async () => !(await online()));
  });

  describe('during subscription', () => {
    /** Runs `meanwhile` once, after the next socket has read its conversations and before it joins their rooms. */
    function interrupt(meanwhile: () => Promise<unknown>): void {
      for (const { app } of server.nodes) {
        const progress = app.get(StreamPositionsRepository);
        const of = progress.of.bind(progress);
        progress.of = async (userId) => {
          progress.of = of;
          const known = await of(userId);
          await meanwhile();
          return known;
        };
      }
    }

    it('a removed user does not join the room', async () => {
      const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
      interrupt(() => ann.rest.delete(`/conversations/${group.id}/members/${ben.id}`));
      const phone = await ben.connect();
      await ann.rest.post('/messages', { conversationId: group.id, text: 'gone?' });
      const { body: next } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
      await phone.next('conversation:added', ({ conversation }) => conversation.id === next.id);
      expect(phone.all('message:created')).toEqual([]);
      phone.close();
    });

    it('an added user joins the room', async () => {
      let group: { id: string } = { id: '' };
      interrupt(async () => {
        group = (await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] })).body;
      });
      const phone = await ben.connect();
      await ann.rest.post('/messages', { conversationId: group.id, text: 'welcome' });
      expect(await phone.next('message:created')).toMatchObject({ conversationId: group.id });
      phone.close();
    });

    it('a socket is closed when its session is revoked', async () => {
      const { accessToken, session } = await ben.login();
      interrupt(() => ben.rest.delete(`/auth/sessions/${session.id}`));
      const phone = TestSocket.open(ben.home, accessToken);
      await phone.next('disconnect');
      expect(phone.all('session:ready')).toEqual([]);
    });
  });
});
