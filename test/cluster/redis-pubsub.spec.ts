import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';

import { RedisPubSub } from '../../src/infrastructure/redis/redis-pubsub.js';
import { RedisProcess } from '../harness/redis-process.js';
import { waitFor } from '../support/wait-for.js';

/** A connection without an answer is replaced within this time. */
const SILENCE_MS = 20_000;

describe('two RedisPubSub clients', () => {
  let redis: RedisProcess;
  let one: RedisPubSub;
  let other: RedisPubSub;
  let received: string[];

  beforeEach(async () => {
    redis = await RedisProcess.start();
    [one, other] = [new RedisPubSub([redis.url], silent), new RedisPubSub([redis.url], silent)];
    received = [];
    other.sSubscribe('news', (message) => received.push(String(message)));
    await waitFor('both are connected to Redis', () => one.isUp && other.isUp);
  });
  afterEach(async () => {
    await Promise.all([one.onApplicationShutdown(), other.onApplicationShutdown()]);
    redis.signal('SIGCONT');
    await redis.kill();
  });

  const silent = pino({ level: 'silent' });

  async function expectDelivery(): Promise<void> {
    await waitFor('both are reconnected', () => one.isUp && other.isUp, SILENCE_MS);
    received.length = 0;
    await one.sPublish('news', 'news');
    await waitFor('the message arrives', () => received.length > 0);
    expect(received).toEqual(['news']);
  }

  it(
    'reconnect to a Redis that did not answer in time',
    async () => {
      redis.signal('SIGSTOP');
      await one.sPublish('news', 'unanswered');
      other.sSubscribe('more', () => undefined);
      await waitFor('both have timed out', () => !one.isUp && !other.isUp, SILENCE_MS);
      redis.signal('SIGCONT');
      await expectDelivery();
    },
    3 * SILENCE_MS,
  );

  it('reconnect to a Redis that was killed with commands unanswered', async () => {
    redis.signal('SIGSTOP');
    await one.sPublish('news', 'unanswered');
    other.sSubscribe('more', () => undefined);
    await redis.kill();
    await waitFor('both have noticed', () => !one.isUp && !other.isUp);
    await redis.restart();
    await expectDelivery();
  });

  it('continue after a handler throws', async () => {
    other.sSubscribe('faulty', () => {
      throw new Error('handler failed');
    });
    await other.settled();
    await one.sPublish('faulty', 'message');
    await expectDelivery();
  });
});
