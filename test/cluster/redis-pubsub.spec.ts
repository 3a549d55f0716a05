import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';

import { RedisPubSub } from '../../src/infrastructure/redis/redis-pubsub.js';
import { RedisProcess } from '../harness/redis-process.js';
import { waitFor } from '../support/wait-for.js';

/** Redis answers nothing for so long until the connections are made anew. */
const SILENCE_MS = 20_000;

describe('two who speak over Redis', () => {
  let redis: RedisProcess;
  let one: RedisPubSub;
  let other: RedisPubSub;
  let heard: string[];

  beforeEach(async () => {
    redis = await RedisProcess.start();
    [one, other] = [new RedisPubSub([redis.url], silent), new RedisPubSub([redis.url], silent)];
    heard = [];
    other.sSubscribe('news', (message) => heard.push(String(message)));
    await waitFor('both hear Redis', () => one.isUp && other.isUp);
  });
  afterEach(async () => {
    await Promise.all([one.onApplicationShutdown(), other.onApplicationShutdown()]);
    redis.signal('SIGCONT');
    await redis.kill();
  });

  const silent = pino({ level: 'silent' });

  async function hearAgain(): Promise<void> {
    await waitFor('both hear it again', () => one.isUp && other.isUp, SILENCE_MS);
    heard.length = 0;
    await one.sPublish('news', 'news');
    await waitFor('it is heard', () => heard.length > 0);
    expect(heard).toEqual(['news']);
  }

  it(
    'hear each other again after it has answered nothing for longer than they wait',
    async () => {
      redis.signal('SIGSTOP');
      await one.sPublish('news', 'under way');
      other.sSubscribe('more', () => undefined);
      await waitFor('both have given up', () => !one.isUp && !other.isUp, SILENCE_MS);
      redis.signal('SIGCONT');
      await hearAgain();
    },
    3 * SILENCE_MS,
  );

  it('hear each other again after it was killed with something under way', async () => {
    redis.signal('SIGSTOP');
    await one.sPublish('news', 'under way');
    other.sSubscribe('more', () => undefined);
    await redis.kill();
    await waitFor('both have noticed', () => !one.isUp && !other.isUp);
    await redis.begin();
    await hearAgain();
  });

  it('survive a message that one of them does not understand', async () => {
    other.sSubscribe('riddles', () => {
      throw new Error('what?');
    });
    await other.settled();
    await one.sPublish('riddles', '?');
    await hearAgain();
  });
});
