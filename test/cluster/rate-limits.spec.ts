import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { RedisPubSub } from '../../src/infrastructure/redis/redis-pubsub.js';
import { RedisProcess } from '../harness/redis-process.js';
import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';

const LIMIT = 300;
const FEW = 3;

describe('a limit on two nodes', () => {
  let redis: RedisProcess;
  let here: TestServer;
  let there: TestServer;

  beforeAll(async () => {
    redis = await RedisProcess.start();
    const environment = { REDIS_URL: redis.url, RATE_LIMITS: `request=10000/1s,write=${LIMIT}/1h,mark=${FEW}/1h` };
    here = await TestServer.start(environment);
    there = await here.beside(environment);
    const servers = [here, there];
    await waitFor('both hear Redis', () =>
      servers.every(({ running }) => running.app.get<RedisPubSub>(RedisPubSub).isUp),
    );
  });
  afterAll(async () => {
    await there.stop();
    await here.stop();
    await redis.kill();
  });

  it('is one: what one has counted, the other soon knows', async () => {
    const ann = await here.account('ann');
    // What is refused for its form is charged too, and asks no database.
    const write = async (node: TestServer): Promise<number> =>
      (await node.rest.as(ann.token).patch('/users/me', { about: 7 })).status;
    const first = await Promise.all(Array.from({ length: LIMIT - 5 }, () => write(here)));
    expect(new Set(first)).toEqual(new Set([400]));
    // By itself that node would take as many again; it takes what comes until it has told and been told.
    let taken = 0;
    await waitFor('the other one refuses', async () => {
      const status = await write(there);
      if (status === 400) taken++;
      return status === 429;
    });
    expect(taken).toBeLessThan((LIMIT * 2) / 3);
    await waitFor('the first one refuses', async () => (await write(here)) === 429);
  });

  it('holds on each by itself where Redis is away, and nothing fails', async () => {
    const ben = await here.account('ben');
    await redis.kill();
    const mark = async (node: TestServer): Promise<number> =>
      (await node.rest.as(ben.token).put(`/conversations/${randomUUID()}/read`, { seq: 1 })).status;
    for (const node of [here, there]) {
      for (let times = 0; times < FEW; times++) expect(await mark(node)).toBe(404);
      expect(await mark(node)).toBe(429);
    }
  });
});
