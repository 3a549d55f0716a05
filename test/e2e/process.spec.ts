import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { Account } from '../clients/account.js';
import { Rest } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { finishRequest, requestWithoutBody } from '../clients/unfinished-request.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { buildIfStale, freePort, ServerProcess } from '../harness/server-process.js';
import { waitFor } from '../support/wait-for.js';

const BUILD_MS = 120_000;
const SHUTDOWN_MS = 10_000;
const WEBSOCKET =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';

/**
 * Starts a server without metrics and tracing, then enables both. Prints which of their packages are loaded each time.
 */
const WATCHED = `
  import { Module } from 'node:module';
  import { pino } from 'pino';
  import { readEnv } from './dist/infrastructure/config/env.js';
  import { startServer } from './dist/server.js';
  import { createTelemetry } from './dist/infrastructure/telemetry/create-telemetry.js';
  const loaded = () =>
    ['@opentelemetry', 'prom-client'].filter((name) =>
      Object.keys(Module._cache).some((file) => file.includes('/node_modules/' + name + '/')));
  const env = readEnv();
  const log = pino({ level: 'silent' });
  const server = await startServer(env, log);
  await server.stop();
  const off = loaded();
  await createTelemetry({ ...env, metricsToken: 'x', otlpEndpoint: 'http://127.0.0.1:1' }, log);
  console.log(JSON.stringify({ off, on: loaded() }));
  process.exit(0);
`;

/** Servers to kill after the test. */
const running = new Set<ServerProcess>();
const databases: TestDatabase[] = [];

beforeAll(() => {
  buildIfStale();
}, BUILD_MS);
afterEach(async () => {
  for (const server of running) {
    server.kill('SIGKILL');
    await server.exited;
  }
  running.clear();
});
afterAll(async () => {
  for (const database of databases) await database.remove();
});

/** An empty data folder and database, and a free port. */
async function place() {
  const database = await testDatabase();
  databases.push(database);
  const { databaseUrl, dataDir } = database.settings;
  const port = await freePort();
  const environment = {
    PORT: String(port),
    DATA_DIR: join(dataDir, 'made', 'by-itself'),
    ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
  };
  return { environment, port, origin: `http://127.0.0.1:${port}`, dataDir: environment.DATA_DIR };
}

async function start(environment: Record<string, string>): Promise<ServerProcess> {
  const server = await ServerProcess.start(environment);
  running.add(server);
  return server;
}

describe('start-up', () => {
  it('needs no configuration, prints its addresses, and answers on IPv4 and IPv6', async () => {
    const { environment, port, dataDir } = await place();
    const server = await start(environment);

    const base = `http://localhost:${port}/api/v1`;
    expect(server.stdout).toContain(`API ${base}`);
    expect(server.stdout).toContain(`docs ${base}/docs`);
    expect(server.stdout).toContain(`socket ${base}/ws`);
    expect(server.stderr).toBe('');
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      const api = `http://${host}:${port}/api/v1`;
      expect(await (await fetch(`${api}/health`)).json()).toMatchObject({ status: 'ok' });
      expect((await fetch(`${api}/docs`)).status).toBe(200);
    }
    for (const origin of [`http://127.0.0.1:${port}`, `http://[::1]:${port}`]) {
      const { token } = await Account.register(origin, `someone_${running.size}${origin.length}`);
      const device = TestSocket.open(origin, token);
      await device.next('session:ready');
      device.close();
    }
    const key = join(dataDir, 'signing-key');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    expect(readFileSync(key, 'utf8').length).toBeGreaterThanOrEqual(64);
  });

  it('after kill -9 keeps everything acknowledged, the rooms and the signing key', async () => {
    const { environment, origin, dataDir } = await place();
    const first = await start(environment);
    const [ann, ben] = [await Account.register(origin, 'ann'), await Account.register(origin, 'ben')];
    const rooms = async (): Promise<{ title: string }[]> => (await ann.rest.get('/conversations/discover')).body.items;
    const roomsBefore = await rooms();
    expect(roomsBefore.map(({ title }) => title)).toEqual(['general', 'random', 'tech']);
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const phone = await ann.connect();
    for (let count = 1; count <= 5; count++) {
      await phone.emit('message:send', { conversationId: group.id, text: `before ${count}` });
    }
    const last = await phone.emit('message:send', { conversationId: group.id, text: 'acknowledged' });
    first.kill('SIGKILL');
    expect(last).toMatchObject({ ok: true, data: { seq: 6 } });
    expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
    const key = readFileSync(join(dataDir, 'signing-key'), 'utf8');

    await start(environment);
    const { body: history } = await ben.rest.get(`/messages?conversationId=${group.id}`);
    expect(history.items).toHaveLength(6);
    expect(history.items[5]).toEqual(last.data);
    expect((await ann.rest.get(`/conversations/${group.id}`)).body).toMatchObject({
      lastSeq: 6,
      rev: 7,
      memberCount: 2,
    });
    expect((await ann.rest.get('/auth/sessions')).body.items).toEqual([ann.auth.session]);
    const refreshed = await new Rest(`${origin}/api/v1`).post('/auth/refresh', { refreshToken: ben.auth.refreshToken });
    expect(refreshed.status).toBe(200);
    expect(await rooms()).toEqual(roomsBefore);
    expect(readFileSync(join(dataDir, 'signing-key'), 'utf8')).toBe(key);
    const again = await ann.connect();
    expect(await again.emit('message:send', { conversationId: group.id, text: 'after' })).toMatchObject({
      ok: true,
      data: { seq: 7, rev: 8 },
    });
    ann.disconnect();
  });
});

describe('server without metrics and tracing', () => {
  it('does not load their libraries', async () => {
    const { environment } = await place();
    const program = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', WATCHED], {
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', ...environment },
    });
    expect(JSON.parse((await program).stdout)).toEqual({ off: [], on: ['@opentelemetry', 'prom-client'] });
  });
});

describe('SIGTERM', () => {
  it('announces the shutdown to sockets, answers pending requests, accepts no new ones, and exits with 0 in time', async () => {
    const { environment, origin, port } = await place();
    const server = await start(environment);
    const ann = await Account.register(origin, 'ann');
    const { body: group } = await ann.rest.post('/conversations', { type: 'group' });
    const devices = [await ann.connect(), await ann.connect(), await ann.connect({ transports: ['polling'] })];
    const body = JSON.stringify({ conversationId: group.id, text: 'begun before' });
    const begun = await requestWithoutBody(`${origin}/api/v1/messages`, body.length, ann.token);

    const signalled = Date.now();
    server.kill('SIGTERM');
    for (const device of devices) {
      const draining = await device.next('server:draining');
      expect(Object.keys(draining)).toEqual(['reconnectInMs']);
      expect(draining.reconnectInMs).toBeGreaterThanOrEqual(0);
      await device.next('disconnect');
    }
    const { status, answer } = await finishRequest(begun, body);
    expect(status).toBe(201);
    expect(answer).toMatchObject({ conversationId: group.id, seq: 1, text: 'begun before' });

    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(Date.now() - signalled).toBeLessThan(SHUTDOWN_MS);
    expect(server.stderr).toBe('');
    await expect(fetch(`http://127.0.0.1:${port}/api/v1/health`)).rejects.toThrow('fetch failed');
  });

  it('exits with 0 with idle connections, and when it is sent twice', async () => {
    const { environment, origin } = await place();
    const server = await start(environment);
    const ann = await Account.register(origin, 'ann');
    await Promise.all(Array.from({ length: 5 }, () => ann.rest.get('/users/me')));
    server.kill('SIGTERM');
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it.each([
    ['a websocket', 'GET /api/v1/ws/?EIO=4&transport=websocket', WEBSOCKET, /"sid"/],
    ['a request', 'POST /api/v1/auth/login', 'Content-Length: 9\r\nExpect: 100-continue\r\n', /100 Continue/],
  ])('exits with 0 when the peer of %s stops responding', async (_, line, headers, greeting) => {
    const { environment, port } = await place();
    const server = await start({ ...environment, DRAIN_SECONDS: '2' });
    const silent = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    silent.on('error', () => undefined);
    silent.write(`${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}\r\n`);
    let heard = '';
    silent.on('data', (chunk) => (heard += String(chunk)));
    await waitFor('the server has accepted it', () => greeting.test(heard));
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    silent.destroy();
  });
});

describe('invalid environment', () => {
  const secret = randomBytes(48).toString('base64');
  const database = 'mysql://gochat:gochat@127.0.0.1:1/gochat';

  it.each<[string, Record<string, string>, RegExp[]]>([
    ['production without anything', {}, [/JWT_SECRET.*required/, /DATABASE_URL.*required/]],
    ['production with a short secret', { JWT_SECRET: 'short', DATABASE_URL: database }, [/JWT_SECRET.*32 bytes/]],
    [
      'production with an example’s secret',
      { JWT_SECRET: 'change-me-change-me-change-me-change-me' },
      [/JWT_SECRET.*random/, /DATABASE_URL.*required/],
    ],
    [
      'production with a repeated letter as secret',
      { JWT_SECRET: 'a'.repeat(64), DATABASE_URL: database },
      [/JWT_SECRET.*random/],
    ],
    [
      'production with a short key among others',
      { JWT_KEYS: `new:${secret},old:short`, DATABASE_URL: database },
      [/JWT_KEYS/],
    ],
    [
      'every error at once',
      {
        PORT: 'http',
        DATABASE_URL: 'postgres://x/y',
        ACCESS_TOKEN_TTL: 'soon',
        LOG_LEVEL: 'loud',
        DRAIN_SECONDS: '-1',
      },
      [/PORT/, /DATABASE_URL/, /ACCESS_TOKEN_TTL/, /LOG_LEVEL/, /DRAIN_SECONDS/, /JWT_SECRET/],
    ],
  ])('is refused with every variable named: %s', async (_, environment, faults) => {
    const { environment: free } = await place();
    const server = ServerProcess.spawn({ NODE_ENV: 'production', DATA_DIR: free.DATA_DIR, ...environment });
    running.add(server);
    expect(await server.exited).toEqual({ code: 1, signal: null });
    const lines = server.stderr.trim().split('\n');
    for (const fault of faults) expect(lines.filter((line) => fault.test(line))).toHaveLength(1);
    expect(lines).toHaveLength(1 + faults.length);
    expect(server.stderr).not.toMatch(/^\s+at /m);
    // The values may be secrets.
    for (const value of Object.values(environment).filter((each) => each.length > 5)) {
      expect(server.stderr + server.stdout).not.toContain(value);
    }
  });

  it('exits with 1 and a message: the port is in use', async () => {
    const { environment, port } = await place();
    const first = await start(environment);
    const { environment: other } = await place();
    const second = ServerProcess.spawn({ ...other, PORT: String(port) });
    running.add(second);
    expect(await second.exited).toEqual({ code: 1, signal: null });
    expect(second.stderr).toMatch(new RegExp(`^GoChat could not start: .*EADDRINUSE.*${port}`));
    expect(second.stdout).not.toContain('GoChat is up');
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/health`)).status).toBe(200);
    expect(first.stderr).toBe('');
  });

  it('exits with 1 and a message: the database is unreachable', async () => {
    const { environment } = await place();
    const server = ServerProcess.spawn({
      ...environment,
      NODE_ENV: 'production',
      JWT_SECRET: secret,
      DATABASE_URL: database,
    });
    running.add(server);
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.stderr).toMatch(/^GoChat could not start: .*ECONNREFUSED/);
    expect(server.stderr + server.stdout).not.toContain('gochat:gochat');
  });
});
