import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, NOT_FOUND, UNAUTHENTICATED } from '../support/problem.js';
import { PrometheusScrape } from '../support/prometheus-scrape.js';
import { waitFor } from '../support/wait-for.js';

const TOKEN = 'a token of the metrics';
const JUNK = 12;

/** Requests `/metrics` as a scraper does. */
async function ask(port: number, authorization?: string, method = 'GET') {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`, {
    method,
    headers: authorization === undefined ? {} : { authorization },
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.includes('problem') === true;
  return { status: response.status, headers: response.headers, body: isProblem ? JSON.parse(text) : text };
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ METRICS_PORT: '0' });
});
afterAll(() => server.stop());

describe('metrics by default', () => {
  it('are not served', async () => {
    const plain = await server.beside();
    expectProblem(await ask(plain.running.port), NOT_FOUND);
    expectProblem(await ask(plain.running.port, `Bearer ${TOKEN}`), NOT_FOUND);
    expect(plain.running.metricsPort).toBeNull();
    await plain.stop();
  });
});

describe('metrics with METRICS_TOKEN', () => {
  it('require the token', async () => {
    const other = await server.beside({ METRICS_TOKEN: TOKEN });
    const { port } = other.running;
    for (const authorization of [undefined, '', TOKEN, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, 'Bearer ']) {
      expectProblem(await ask(port, authorization), UNAUTHENTICATED);
    }
    const { token } = await other.account();
    expectProblem(await ask(port, `Bearer ${token}`), UNAUTHENTICATED);
    const { status, headers, body } = await ask(port, `Bearer ${TOKEN}`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0.0.4/);
    expect(body).toContain(
      '\ngochat_http_request_duration_seconds_count{method="GET",route="/metrics",status="401"} 7\n',
    );
    expect(body).toContain('\nprocess_cpu_seconds_total ');
    expect(body).toContain('\nnodejs_eventloop_lag_p99_seconds ');
    expect(body).toContain('\nnodejs_heap_size_used_bytes ');
    await other.stop();
  });
});

describe('metrics with METRICS_PORT', () => {
  it('are served on that port only, and nothing else is', async () => {
    const port = server.running.metricsPort!;
    expect((await ask(port)).status).toBe(200);
    expect((await ask(port, undefined, 'POST')).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/health`)).status).toBe(404);
    expectProblem(await ask(server.running.port), NOT_FOUND);
  });

  it('require the token too, if one is set', async () => {
    const other = await server.beside({ METRICS_PORT: '0', METRICS_TOKEN: TOKEN });
    const { port, metricsPort } = other.running;
    expect((await ask(metricsPort!)).status).toBe(401);
    expect((await ask(metricsPort!, `Bearer ${TOKEN}`)).status).toBe(200);
    expectProblem(await ask(port, `Bearer ${TOKEN}`), NOT_FOUND);
    await other.stop();
  });

  it('count each socket, command, request, change and delivery once', async () => {
    const [ann, ben] = [await server.account('ann'), await server.account('ben')];
    const before = await PrometheusScrape.of(server);
    const group = (await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] })).body;
    const phone = await ann.connect();
    const others = [await ann.connect(), await ben.connect({ transports: ['polling'] })];
    const stranger = TestSocket.open(server.origin, 'x.y.z');
    await stranger.next('connect_error');
    for (const text of ['one', 'two', 'three']) await phone.emit('message:send', { conversationId: group.id, text });
    await phone.emit('message:send', { conversationId: group.id, text: '' });
    for (const device of [phone, ...others]) {
      await device.next('message:created', ({ message }) => message.text === 'three');
    }
    const connected = await PrometheusScrape.of(server);
    expect(connected.value('gochat_socket_connections', { transport: 'websocket' })).toBe(2);
    expect(connected.value('gochat_socket_connections', { transport: 'polling' })).toBe(1);
    for (const device of [phone, ...others]) device.close();
    const left = { reason: 'client_namespace_disconnect' };
    await waitFor('the clients are disconnected', async () => {
      return (await PrometheusScrape.of(server)).value('gochat_socket_disconnects_total', left) === 3;
    });

    const after = await PrometheusScrape.of(server);
    const rise = (name: string, labels: Record<string, string> = {}): number =>
      after.value(`gochat_${name}`, labels) - before.value(`gochat_${name}`, labels);
    const send = { command: 'message:send' };
    expect(rise('socket_command_duration_seconds_count', { ...send, code: 'ok' })).toBe(3);
    expect(rise('socket_command_duration_seconds_count', { ...send, code: 'validation_failed' })).toBe(1);
    expect(rise('socket_handshakes_total', { code: 'ok' })).toBe(3);
    expect(rise('socket_handshakes_total', { code: 'unauthenticated' })).toBe(1);
    expect(rise('socket_disconnects_total', left)).toBe(3);
    expect(rise('event_deliveries_total', { event: 'message:created' })).toBe(9);
    expect(rise('event_deliveries_total', { event: 'session:ready' })).toBe(3);
    const create = { method: 'POST', route: '/api/v1/conversations', status: '201' };
    expect(rise('http_request_duration_seconds_count', create)).toBe(1);
    // Four sequential changes: the conversation and three messages.
    expect(rise('write_batch_changes_sum')).toBe(4);
    expect(rise('write_batch_duration_seconds_count', { outcome: 'ok' })).toBe(4);
    expect(
      rise('database_query_duration_seconds_count', { kind: 'transaction', outcome: 'ok' }),
    ).toBeGreaterThanOrEqual(4);
    expect(rise('database_query_duration_seconds_count', { kind: 'read', outcome: 'ok' })).toBeGreaterThan(0);
    expect(after.labels('gochat_database_query_duration_seconds_count', 'outcome')).toEqual(new Set(['ok']));

    const onServer = server.database.settings.databaseUrl !== null;
    expect(after.value('gochat_database_pool_size')).toBe(onServer ? 10 * server.nodes.length : 0);
    expect(after.value('gochat_redis_up')).toBe(process.env['TEST_NODES_REDIS_URL'] ? server.nodes.length : 0);
  });

  it('do not grow with unknown names and paths', async () => {
    const ann = await server.account('ann');
    const phone = await ann.connect();
    const junk = async (): Promise<void> => {
      await phone.emit(`no:such:${randomUUID()}`);
      await ann.rest.get(`/${randomUUID()}`);
      await ann.rest.get(`/messages/${randomUUID()}`);
      await ann.rest.post(`/${randomUUID()}/x`);
      await fetch(`${server.origin}/${randomUUID()}`, { method: 'PROPFIND' });
    };
    const unknown = { command: 'unknown', code: 'not_found' };
    const counted = (scrape: PrometheusScrape): number =>
      scrape.value('gochat_socket_command_duration_seconds_count', unknown);
    // Each node has its own series, and accounts alternate between nodes. The sum over all nodes is stable.
    await junk();
    const first = await PrometheusScrape.of(server);
    for (let count = 1; count < JUNK; count++) await junk();
    await waitFor('all requests are counted', async () => {
      const scrape = await PrometheusScrape.of(server);
      const found = { method: 'GET', route: '/api/v1/messages/:id', status: '404' };
      return scrape.value('gochat_http_request_duration_seconds_count', found) === JUNK;
    });
    const last = await PrometheusScrape.of(server);
    expect(counted(last)).toBe(JUNK);
    expect(last.size).toBe(first.size);
    expect(last.labels('gochat_http_request_duration_seconds_count', 'method')).not.toContain('PROPFIND');
    for (const route of last.labels('gochat_http_request_duration_seconds_count', 'route')) {
      expect(route).toMatch(/^(\/|none$)/);
      expect(route).not.toMatch(/[0-9a-f]{8}-/);
    }
  });
});
