import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { RedisPubSub } from '../../src/infrastructure/redis/redis-pubsub.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import type { Account } from '../clients/account.js';
import { TestSocket } from '../clients/test-socket.js';
import { RedisProcess } from '../harness/redis-process.js';
import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';
import { delayReading, recordSubscriptions, withhold } from './node-interception.js';

/** A loss between nodes is repaired within 10 s. */
const HEALED_MS = 12_000;

describe('two nodes with Redis', () => {
  let redis: RedisProcess;
  let nodeA: TestServer;
  let nodeB: TestServer;
  let ann: Account;
  let ben: Account;

  const isUp = (server: TestServer): boolean => server.running.app.get<RedisPubSub>(RedisPubSub).isUp;

  beforeAll(async () => {
    redis = await RedisProcess.start();
    const environment = { REDIS_URL: redis.url };
    nodeA = await TestServer.start(environment);
    nodeB = await nodeA.beside(environment);
    await waitFor('both nodes are connected to Redis', () => isUp(nodeA) && isUp(nodeB));
    [ann, ben] = [await nodeA.account('ann'), await nodeB.account('ben')];
  });
  afterAll(async () => {
    await nodeB.stop();
    await nodeA.stop();
    await redis.kill();
  });

  /** Creates a group of ann and ben, and connects a device of each: ann's to the first node, ben's to the second. */
  async function createGroup(): Promise<{ id: string; anns: TestSocket; bens: TestSocket }> {
    const { body } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    return { id: body.id, anns: await ann.connect(), bens: await ben.connect() };
  }

  it('deliver messages, typing and receipts to members on the other node', async () => {
    const { id, anns, bens } = await createGroup();
    await ben.rest.post('/messages', { conversationId: id, text: 'one' });
    await anns.next('message:created');
    await bens.emit('typing:start', { conversationId: id });
    expect(await anns.next('typing')).toMatchObject({ conversationId: id, userId: ben.id, active: true });
    // Sent on another node than the one on which ben types.
    const other = await ben.connect({ origin: nodeA.origin });
    await other.emit('message:send', { conversationId: id, text: 'two' });
    expect(await anns.next('message:created')).toMatchObject({ message: { text: 'two' } });
    expect(await anns.next('typing', ({ active }) => !active)).toMatchObject({ userId: ben.id });
    await anns.emit('conversation:read', { conversationId: id, seq: 2 });
    expect(await bens.next('receipt:read')).toEqual({ conversationId: id, userId: ann.id, seq: 2 });
    for (const device of [anns, bens, other]) device.close();
  });

  it('add sockets on the other node to a conversation, and remove them', async () => {
    const { id, anns, bens } = await createGroup();
    await ann.rest.delete(`/conversations/${id}/members/${ben.id}`);
    await bens.next('conversation:removed', ({ conversationId }) => conversationId === id);
    await ann.rest.post('/messages', { conversationId: id, text: 'without ben' });
    await anns.next('message:created');
    await ann.rest.post(`/conversations/${id}/members`, { userIds: [ben.id] });
    await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
    await ann.rest.post('/messages', { conversationId: id, text: 'with ben' });
    expect((await bens.next('message:created')).message.text).toBe('with ben');
    await ann.rest.delete(`/conversations/${id}`);
    await bens.next('conversation:removed', ({ conversationId }) => conversationId === id);
    for (const device of [anns, bens]) device.close();
  });

  describe('when messages between them are lost or late', () => {
    let id: string;
    let devices: TestSocket[];
    let bens: TestSocket;
    const isOfGroup = ({ conversationId }: { conversationId: string }): boolean => conversationId === id;
    const receivedOfGroup = (name: string): any[] => bens.all(name).filter(isOfGroup);
    const remove = () => ann.rest.delete(`/conversations/${id}/members/${ben.id}`);

    beforeEach(async () => {
      const group = await createGroup();
      ({ id, bens } = group);
      // Ann has a device on each node, so that both nodes receive the conversation's events after ben has left it.
      devices = [group.anns, bens, await ann.connect({ origin: nodeB.origin })];
    });
    afterEach(() => {
      for (const device of devices) device.close();
    });

    it('deliver nothing to a removed member when conversation.removed is lost', async () => {
      const facts = withhold(nodeA, '"conversation.removed"');
      await remove();
      await ann.rest.post('/messages', { conversationId: id, text: 'without ben' });
      await devices[2]!.next('message:created', isOfGroup);
      await bens.next('conversation:removed', isOfGroup);
      expect(receivedOfGroup('message:created')).toEqual([]);
      expect(facts.discard()).toBe(1);
    });

    it('keep a member who has returned before a late member:left', async () => {
      const changes = withhold(nodeA, '"member:left"');
      await remove();
      await bens.next('conversation:removed', isOfGroup);
      await ann.rest.post(`/conversations/${id}/members`, { userIds: [ben.id] });
      await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
      changes.release();
      await bens.next('member:left', isOfGroup);
      await ann.rest.post('/messages', { conversationId: id, text: 'with ben' });
      await bens.next('message:created', isOfGroup);
      expect(receivedOfGroup('conversation:removed')).toHaveLength(1);
    });

    it('deliver nothing to a removed member who is connecting while conversation.removed is lost', async () => {
      bens.close();
      const read = delayReading(nodeB);
      const late = TestSocket.open(nodeB.origin, ben.token);
      devices.push(late);
      await read.isRead;
      const facts = withhold(nodeA, '"conversation.removed"');
      await remove();
      await devices[2]!.next('member:left', isOfGroup);
      read.resume();
      await late.next('session:ready');
      await ann.rest.post('/messages', { conversationId: id, text: 'without ben' });
      await devices[2]!.next('message:created', isOfGroup);
      await late.emit('presence:watch', { userIds: [ann.id] });
      expect(late.all('message:created').filter(isOfGroup)).toEqual([]);
      expect(facts.discard()).toBe(1);
    });

    it('evict a member who has left again before a late conversation.added', async () => {
      await remove();
      await bens.next('conversation:removed', isOfGroup);
      const facts = withhold(nodeA, '"conversation.added"');
      await ann.rest.post(`/conversations/${id}/members`, { userIds: [ben.id] });
      await devices[2]!.next('member:joined', isOfGroup);
      await ben.rest.post(`/conversations/${id}/leave`);
      await bens.next('conversation:removed', isOfGroup);
      facts.release();
      await ann.rest.post('/messages', { conversationId: id, text: 'without ben' });
      await devices[2]!.next('message:created', isOfGroup);
      await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
      await bens.next('conversation:removed', isOfGroup);
      expect(receivedOfGroup('message:created')).toEqual([]);
    });
  });

  it('subscribe to the channel of a new conversation before they compare it with the database', async () => {
    const bens = await ben.connect();
    const calls = recordSubscriptions(nodeB);
    const { body } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    await bens.next('conversation:added', ({ conversation }) => conversation.id === body.id);
    expect(calls.stop()).toEqual([expect.stringContaining(body.id), 'settled']);
    bens.close();
  });

  it('end a session on both nodes: its sockets at once, its access token too', async () => {
    const { accessToken, session } = await ben.login();
    const phone = await ben.connect({ token: accessToken });
    const elsewhere = await ben.connect({ token: accessToken, origin: nodeA.origin });
    await ben.rest.delete(`/auth/sessions/${session.id}`);
    for (const device of [phone, elsewhere]) {
      expect(await device.next('session:ended')).toEqual({ reason: 'revoked' });
      await device.next('disconnect');
    }
    for (const { origin } of [nodeA, nodeB]) {
      const refused = TestSocket.open(origin, accessToken);
      expect((await refused.next('connect_error')).data).toMatchObject({ code: 'session_revoked' });
      refused.close();
    }
  });

  it('show a user online who is connected to either node', async () => {
    const { anns, bens } = await createGroup();
    await waitFor(
      'ben is online on the first node',
      async () => (await anns.emit('presence:watch', { userIds: [ben.id] })).data[0].online,
    );
    const second = await ben.connect({ origin: nodeA.origin });
    bens.close();
    await waitFor(
      'the second node has no user left',
      () => nodeB.running.app.get(OnlineUsers).localUsers().length === 0,
    );
    second.close();
    expect(await anns.next('presence:changed')).toMatchObject({
      userId: ben.id,
      online: false,
      lastSeenAt: expect.any(String),
    });
    anns.close();
  });

  it('reject polling, so that no sticky sessions are needed', async () => {
    const polling = TestSocket.open(nodeA.origin, ann.token, ['polling']);
    await polling.next('connect_error');
    polling.close();
  });

  it('work without Redis, report it, and catch up through the database', async () => {
    const { id, anns, bens } = await createGroup();
    await redis.kill();
    await waitFor('both nodes have noticed', () => !isUp(nodeA) && !isUp(nodeB));
    const health = await nodeA.rest.get('/health');
    expect(health.status).toBe(200);
    expect(health.body).toMatchObject({ status: 'degraded', error: { redis: { status: 'down' } } });
    expect((await nodeA.rest.get('/health/ready')).status).toBe(200);

    const { data } = await anns.emit('message:send', { conversationId: id, text: 'during the outage' });
    await anns.next('message:created');
    const hint = await bens.next('conversation:changed', ({ rev }) => rev === data.rev);
    expect(hint).toEqual({ conversationId: id, rev: data.rev });

    await redis.restart();
    await waitFor('both nodes are reconnected', () => isUp(nodeA) && isUp(nodeB));
    await anns.emit('message:send', { conversationId: id, text: 'after the outage' });
    expect((await bens.next('message:created')).message.text).toBe('after the outage');
    expect((await nodeA.rest.get('/health')).body).toMatchObject({ status: 'ok', info: { redis: { status: 'up' } } });
    for (const device of [anns, bens]) device.close();
  });

  it(
    'do not wait for a Redis that does not answer',
    async () => {
      const { id, anns, bens } = await createGroup();
      redis.signal('SIGSTOP');
      try {
        const { data } = await anns.emit('message:send', { conversationId: id, text: 'meanwhile' });
        await anns.next('message:created');
        const late = await ben.connect();
        await bens.next('conversation:changed', ({ rev }) => rev === data.rev);
        late.close();
      } finally {
        redis.signal('SIGCONT');
      }
      await waitFor('both nodes are connected', () => isUp(nodeA) && isUp(nodeB));
      await anns.emit('message:send', { conversationId: id, text: 'afterwards' });
      await bens.next('message:created', ({ message }) => message.text === 'afterwards');
      for (const device of [anns, bens]) device.close();
    },
    3 * HEALED_MS,
  );
});
