import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { Readiness } from '../../src/health/readiness.js';
import { Database } from '../../src/infrastructure/database/database.js';
import { TestServer } from '../harness/server.js';

const DATABASE_UP = { database: { status: 'up' } };
/** With TEST_NODES_REDIS_URL the server is a cluster. */
const REDIS_UP = process.env['TEST_NODES_REDIS_URL'] ? { redis: { status: 'up' } } : {};

describe('health of a running server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  it('reports every dependency as up, without a token', async () => {
    const { status, headers, body } = await server.rest.get('/health');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^application\/json\b/);
    const up = { ...DATABASE_UP, ...REDIS_UP };
    expect(body).toEqual({ status: 'ok', info: up, error: {}, details: up });
  });

  it('is live, independent of every dependency', async () => {
    const { status, body } = await server.rest.get('/health/live');
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok', info: {}, error: {}, details: {} });
  });

  it('is ready for traffic', async () => {
    const { status, body } = await server.rest.get('/health/ready');
    const up = { ...DATABASE_UP, server: { status: 'up' } };
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ok', info: up, error: {}, details: up });
  });
});

describe('health of a draining server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
    server.running.app.get(Readiness).startDraining();
  });
  afterAll(() => server.stop());

  it('is not ready, but live and healthy, so that it is not restarted', async () => {
    const { status, body } = await server.rest.get('/health/ready');
    const down = { server: { status: 'down', message: 'draining' } };
    expect(status).toBe(503);
    expect(body).toMatchObject({ status: 'error', error: down, details: down });
    expect((await server.rest.get('/health/live')).status).toBe(200);
    expect((await server.rest.get('/health')).status).toBe(200);
  });
});

describe('health without a database', () => {
  let server: TestServer;
  let connections: DataSource;
  beforeAll(async () => {
    server = await TestServer.start();
    const held = Reflect.get(server.running.app.get(Database), 'connections');
    connections = Reflect.get(held, held.dialect === 'mysql' ? 'source' : 'reader') as DataSource;
    await connections.destroy();
  });
  afterAll(() => server.stop());

  it('answers 503 without the cause, stays live, and recovers with the database', async () => {
    for (const path of ['/health', '/health/ready']) {
      const { status, body } = await server.rest.get(path);
      const down = {
        database: { status: 'down', message: expect.stringMatching(/^(unreachable|no answer in time)$/) },
      };
      expect(status).toBe(503);
      expect(body).toMatchObject({ status: 'error', error: down, details: down });
      expect(body.info).not.toHaveProperty('database');
    }
    expect((await server.rest.get('/health/live')).status).toBe(200);

    await connections.initialize();
    expect(await server.rest.get('/health')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect((await server.rest.get('/health/ready')).status).toBe(200);
  });
});
