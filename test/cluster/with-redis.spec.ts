import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { RedisPubSub } from '../../src/infrastructure/redis/redis-pubsub.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import { StreamPositionsService } from '../../src/sync/stream-positions.store.js';
import type { Account } from '../clients/account.js';
import { TestSocket } from '../clients/test-socket.js';
import { RedisProcess } from '../harness/redis-process.js';
import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';

/** What goes past Redis is found within 10 s. */
const HEALED_MS = 12_000;

describe('nodes that a Redis joins', () => {
  let redis: RedisProcess;
  let here: TestServer;
  let there: TestServer;
  let ann: Account;
  let ben: Account;

  const isUp = (server: TestServer): boolean => server.running.app.get<RedisPubSub>(RedisPubSub).isUp;

  beforeAll(async () => {
    redis = await RedisProcess.start();
    const environment = { REDIS_URL: redis.url };
    here = await TestServer.start(environment);
    there = await here.beside(environment);
    await waitFor('both hear Redis', () => isUp(here) && isUp(there));
    [ann, ben] = [await here.account('ann'), await there.account('ben')];
  });
  afterAll(async () => {
    await there.stop();
    await here.stop();
    await redis.kill();
  });

  /** A group of both, and a device of each on their own node. */
  async function group(): Promise<{ id: string; anns: TestSocket; bens: TestSocket }> {
    const { body } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    return { id: body.id, anns: await ann.connect(), bens: await ben.connect() };
  }

  it('bring a message to everybody, typing until it is there, and who reads it', async () => {
    const { id, anns, bens } = await group();
    await ben.rest.post('/messages', { conversationId: id, text: 'one' });
    await anns.next('message:created');
    await bens.emit('typing:start', { conversationId: id });
    expect(await anns.next('typing')).toMatchObject({ conversationId: id, userId: ben.id, active: true });
    // From another node than the one that ben types on.
    const other = await ben.connect({ origin: here.origin });
    await other.emit('message:send', { conversationId: id, text: 'two' });
    expect(await anns.next('message:created')).toMatchObject({ message: { text: 'two' } });
    expect(await anns.next('typing', ({ active }) => !active)).toMatchObject({ userId: ben.id });
    await anns.emit('conversation:read', { conversationId: id, seq: 2 });
    expect(await bens.next('receipt:read')).toEqual({ conversationId: id, userId: ann.id, seq: 2 });
    for (const device of [anns, bens, other]) device.close();
  });

  it('move the sockets of other nodes in and out of conversations', async () => {
    const { id, anns, bens } = await group();
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

  describe('where what one tells the other', () => {
    let id: string;
    let devices: TestSocket[];
    let bens: TestSocket;
    const isOfIt = ({ conversationId }: { conversationId: string }): boolean => conversationId === id;
    const allOfIt = (name: string): any[] => bens.all(name).filter(isOfIt);
    const remove = () => ann.rest.delete(`/conversations/${id}/members/${ben.id}`);

    beforeEach(async () => {
      const { anns, ...its } = await group();
      ({ id, bens } = its);
      // Ann is on both, so that both hear of the conversation whether ben is in it or not.
      devices = [anns, bens, await ann.connect({ origin: there.origin })];
    });
    afterEach(() => {
      for (const device of devices) device.close();
    });

    it('of a removal is lost, let nobody hear what is said after it', async () => {
      const facts = withhold(here, '"conversation.removed"');
      await remove();
      await ann.rest.post('/messages', { conversationId: id, text: 'without ben' });
      await devices[2]!.next('message:created', isOfIt);
      await bens.next('conversation:removed', isOfIt);
      expect(allOfIt('message:created')).toEqual([]);
      expect(facts.lose()).toBe(1);
    });

    it('of a removal comes late, leave in whoever is back', async () => {
      const changes = withhold(here, '"member:left"');
      await remove();
      await bens.next('conversation:removed', isOfIt);
      await ann.rest.post(`/conversations/${id}/members`, { userIds: [ben.id] });
      await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
      changes.tell();
      await bens.next('member:left', isOfIt);
      await ann.rest.post('/messages', { conversationId: id, text: 'with ben' });
      await bens.next('message:created', isOfIt);
      expect(allOfIt('conversation:removed')).toHaveLength(1);
    });

    it('of a removal is lost while somebody connects, let them hear nothing either', async () => {
      bens.close();
      const read = delayReading(there);
      const late = TestSocket.open(there.origin, ben.token);
      devices.push(late);
      await read.isDone;
      const facts = withhold(here, '"conversation.removed"');
      await remove();
      await devices[2]!.next('member:left', isOfIt);
      read.goOn();
      await late.next('session:ready');
      await ann.rest.post('/messages', { conversationId: id, text: 'without ben' });
      await devices[2]!.next('message:created', isOfIt);
      await late.emit('presence:watch', { userIds: [ann.id] });
      expect(late.all('message:created').filter(isOfIt)).toEqual([]);
      expect(facts.lose()).toBe(1);
    });

    it('of an addition comes late, let in nobody who is out again', async () => {
      await remove();
      await bens.next('conversation:removed', isOfIt);
      const facts = withhold(here, '"conversation.added"');
      await ann.rest.post(`/conversations/${id}/members`, { userIds: [ben.id] });
      await devices[2]!.next('member:joined', isOfIt);
      await ben.rest.post(`/conversations/${id}/leave`);
      await bens.next('conversation:removed', isOfIt);
      facts.tell();
      await ann.rest.post('/messages', { conversationId: id, text: 'without ben' });
      await devices[2]!.next('message:created', isOfIt);
      await bens.next('conversation:added', ({ conversation }) => conversation.id === id);
      await bens.next('conversation:removed', isOfIt);
      expect(allOfIt('message:created')).toEqual([]);
    });
  });

  it('end sessions everywhere: the socket at once, the token too', async () => {
    const { accessToken, session } = await ben.login();
    const phone = await ben.connect({ token: accessToken });
    const elsewhere = await ben.connect({ token: accessToken, origin: here.origin });
    await ben.rest.delete(`/auth/sessions/${session.id}`);
    for (const device of [phone, elsewhere]) {
      expect(await device.next('session:ended')).toEqual({ reason: 'revoked' });
      await device.next('disconnect');
    }
    for (const { origin } of [here, there]) {
      const refused = TestSocket.open(origin, accessToken);
      expect((await refused.next('connect_error')).data).toMatchObject({ code: 'session_revoked' });
      refused.close();
    }
  });

  it('know who is online on any of them', async () => {
    const { anns, bens } = await group();
    await waitFor(
      'ben is online here',
      async () => (await anns.emit('presence:watch', { userIds: [ben.id] })).data[0].online,
    );
    const second = await ben.connect({ origin: here.origin });
    bens.close();
    await waitFor('it is gone there', () => there.running.app.get(OnlineUsers).allHere().length === 0);
    second.close();
    expect(await anns.next('presence:changed')).toMatchObject({
      userId: ben.id,
      online: false,
      lastSeenAt: expect.any(String),
    });
    anns.close();
  });

  it('take websockets only: a balancer need not stick', async () => {
    const polling = TestSocket.open(here.origin, ann.token, ['polling']);
    await polling.next('connect_error');
    polling.close();
  });

  it('go on by themselves without Redis, say so, and catch up with each other', async () => {
    const { id, anns, bens } = await group();
    await redis.kill();
    await waitFor('both have noticed', () => !isUp(here) && !isUp(there));
    const health = await here.rest.get('/health');
    expect(health.status).toBe(200);
    expect(health.body).toMatchObject({ status: 'degraded', error: { redis: { status: 'down' } } });
    expect((await here.rest.get('/health/ready')).status).toBe(200);

    const { data } = await anns.emit('message:send', { conversationId: id, text: 'past Redis' });
    await anns.next('message:created');
    const hint = await bens.next('conversation:changed', ({ rev }) => rev === data.rev);
    expect(hint).toEqual({ conversationId: id, rev: data.rev });

    await redis.begin();
    await waitFor('both hear it again', () => isUp(here) && isUp(there));
    await anns.emit('message:send', { conversationId: id, text: 'by Redis' });
    expect((await bens.next('message:created')).message.text).toBe('by Redis');
    expect((await here.rest.get('/health')).body).toMatchObject({ status: 'ok', info: { redis: { status: 'up' } } });
    for (const device of [anns, bens]) device.close();
  });

  it(
    'wait for no Redis that answers nothing',
    async () => {
      const { id, anns, bens } = await group();
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
      await waitFor('both hear it', () => isUp(here) && isUp(there));
      await anns.emit('message:send', { conversationId: id, text: 'afterwards' });
      await bens.next('message:created', ({ message }) => message.text === 'afterwards');
      for (const device of [anns, bens]) device.close();
    },
    3 * HEALED_MS,
  );
});

/** Lets the next who connects to a node wait after it has read where they are. */
function delayReading({ running }: TestServer): { isDone: Promise<void>; goOn(): void } {
  const progress = running.app.get<StreamPositionsService>(StreamPositionsService);
  const read = progress.of.bind(progress);
  let goOn = (): void => undefined;
  const mayGoOn = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const isDone = new Promise<void>((resolve) => {
    progress.of = async (userId) => {
      progress.of = read;
      const found = await read(userId);
      resolve();
      await mayGoOn;
      return found;
    };
  });
  return { isDone, goOn };
}

/** Keeps what a node would tell the others with that text in it: until it is told, or lost. */
function withhold({ running }: TestServer, text: string): { tell(): void; lose(): number } {
  const pubsub = running.app.get<RedisPubSub>(RedisPubSub);
  const kept: (() => void)[] = [];
  const publish = pubsub.sPublish.bind(pubsub);
  pubsub.sPublish = async (channel, message) => {
    if (message.includes(text)) kept.push(() => void publish(channel, message));
    else await publish(channel, message);
  };
  const end = (): void => {
    pubsub.sPublish = publish;
  };
  return {
    tell() {
      end();
      for (const tell of kept) tell();
    },
    lose() {
      end();
      return kept.length;
    },
  };
}
