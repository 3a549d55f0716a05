import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { RedisPubSub } from '../../src/infrastructure/redis/redis-pubsub.js';
import { RedisProcess } from '../harness/redis-process.js';
import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';

const LIMIT = 300;
const MARK_LIMIT = 3;

describe('rate limits of two nodes', () => {
  let redis: RedisProcess;
  let nodeA: TestServer;
  let nodeB: TestServer;

  beforeAll(async () => {
    redis = await RedisProcess.start();
    const environment = {
      REDIS_URL: redis.url,
      RATE_LIMITS: `request=10000/1s,write=${LIMIT}/1h,mark=${MARK_LIMIT}/1h`,
    };
    nodeA = await TestServer.start(environment);
    nodeB = await nodeA.beside(environment);
    const servers = [nodeA, nodeB];
    await waitFor('both nodes are connected to Redis', () =>
      servers.every(({ running }) => running.app.get<RedisPubSub>(RedisPubSub).isUp),
    );
  });
  afterAll(async () => {
    await nodeB.stop();
    await nodeA.stop();
    await redis.kill();
  });

  it('count requests on either node towards one limit', async () => {
    const ann = await nodeA.account('ann');
    // An invalid request is charged, too, and needs no database query.
    const write = async (node: TestServer): Promise<number> =>
      (await node.rest.as(ann.token).patch('/users/me', { about: 7 })).status;
    const first = await Promise.all(Array.from({ length: LIMIT - 5 }, () => write(nodeA)));
    expect(new Set(first)).toEqual(new Set([400]));
    // Without the shared count the second node would accept LIMIT requests. It accepts some until the counts are exchanged.
    let accepted = 0;
    await waitFor('the second node rejects', async () => {
      const status = await write(nodeB);
      if (status === 400) accepted++;
      return status === 429;
    });
    expect(accepted).toBeLessThan((LIMIT * 2) / 3);
    await waitFor('the first node rejects', async () => (await write(nodeA)) === 429);
  });

  it('apply per node without Redis', async () => {
    const ben = await nodeA.account('ben');
    await redis.kill();
    const mark = async (node: TestServer): Promise<number> =>
      (await node.rest.as(ben.token).put(`/conversations/${randomUUID()}/read`, { seq: 1 })).status;
    for (const node of [nodeA, nodeB]) {
      for (let times = 0; times < MARK_LIMIT; times++) expect(await mark(node)).toBe(404);
      expect(await mark(node)).toBe(429);
    }
  });
});
