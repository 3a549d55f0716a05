import { randomBytes, randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';

import { Rest } from '../clients/rest.js';
import { type CollectedSpan, OtlpCollector } from '../harness/otlp-collector.js';
import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';

const [SERVER, CLIENT] = [2, 3];
const [UNSET, ERROR] = [0, 2];
const REMOTE = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
/** Concurrent sends, so that some of them share a transaction. */
const MANY = 20;
const TEXT = `text ${randomUUID()}`;

describe('tracing', () => {
  let server: TestServer;
  let collector: OtlpCollector;
  const lines: any[] = [];
  let accountId: string;
  let groupId: string;
  beforeAll(async () => {
    collector = await OtlpCollector.start();
    const log = new Writable({
      write(chunk, _encoding, done) {
        for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
        done();
      },
    });
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_SERVICE_NAME: 'chat-test',
      METRICS_TOKEN: 'a token of the metrics',
    };
    server = await TestServer.start(environment, pino({ level: 'trace' }, log));

    const ann = await server.account('ann');
    accountId = ann.id;
    groupId = (await ann.rest.post('/conversations', { type: 'group' })).body.id;
    const phone = await ann.connect();
    const rest = new Rest(`${ann.home}/api/v1`, ann.token);
    const traceparent = `00-${REMOTE.traceId}-${REMOTE.spanId}-01`;
    await rest.send('POST', '/messages', { conversationId: groupId, text: TEXT }, { traceparent });
    await phone.emit('message:send', { conversationId: groupId, text: TEXT });
    await phone.emit('message:send', { conversationId: groupId, text: '' });
    await phone.emit(`no:such:${randomUUID()}`);
    await rest.get(`/messages/${randomUUID()}`);
    await rest.get('/health');
    await fetch(`${server.origin}/metrics`);
    const { UsersService } = await import('../../src/users/users.service.js');
    const users = server.nodes.map(({ app }) => app.get(UsersService));
    for (const each of users) each.me = () => Promise.reject(new Error('the cause'));
    await rest.get('/users/me');
    const many = Array.from({ length: MANY }, () =>
      phone.emit('message:send', { conversationId: groupId, text: TEXT }),
    );
    await Promise.all(many);
    await waitFor('all is logged', () => lines.filter(({ msg }) => msg === 'command').length === MANY + 3);
    // Stopping the server flushes the remaining spans.
    await server.stop();
  });
  afterAll(() => collector.stop());

  const named = (name: string): CollectedSpan[] => collector.spans.filter((span) => span.name === name);
  const statementsIn = (traceId: string): CollectedSpan[] =>
    collector.spans.filter((span) => span.traceId === traceId && span.attributes['db.system.name'] !== undefined);

  it('connects a request with its caller and its statements', () => {
    const request = collector.one('POST /api/v1/messages', REMOTE.traceId);
    expect(request).toMatchObject({ kind: SERVER, parentSpanId: REMOTE.spanId, status: { code: UNSET } });
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/messages',
      'http.response.status_code': 201,
      'url.path': '/api/v1/messages',
    });
    const statements = statementsIn(REMOTE.traceId);
    expect(statements.length).toBeGreaterThan(1);
    for (const statement of statements) {
      expect(statement.kind).toBe(CLIENT);
      expect(collector.around(statement).at(-1)).toBe(request);
    }
    const insert = statements.find(({ attributes }) => attributes['db.query.text'].includes('INSERT INTO messages'))!;
    expect(insert.attributes['db.system.name']).toBe(server.database.settings.databaseUrl ? 'mysql' : 'sqlite');
    expect(collector.around(insert).map(({ name }) => name)).toEqual(['group commit', 'POST /api/v1/messages']);
  });

  it('connects a command with its statements', () => {
    const command = named('message:send').find(({ attributes }) => attributes['error.type'] === undefined)!;
    expect(command).toMatchObject({ kind: SERVER, status: { code: UNSET } });
    expect(command.parentSpanId ?? '').toBe('');
    const statements = statementsIn(command.traceId);
    const commit = collector.one('group commit', command.traceId);
    expect(commit).toMatchObject({ parentSpanId: command.spanId, attributes: { 'gochat.batch.changes': 1 } });
    expect(statements.some(({ parentSpanId }) => parentSpanId === commit.spanId)).toBe(true);
    for (const statement of statements) expect(collector.around(statement).at(-1)).toBe(command);
  });

  it('links commands that were committed together', () => {
    const commits = named('group commit').filter(({ links = [] }) => links.length > 0);
    expect(commits.length).toBeGreaterThan(0);
    const linked = commits.flatMap((commit) => (commit.links ?? []).map((link) => ({ commit, link })));
    for (const { commit, link } of linked) {
      const command = collector.spans.find(({ spanId }) => spanId === link.spanId)!;
      expect(command.name).toBe('message:send');
      expect(command.links).toEqual([expect.objectContaining({ traceId: commit.traceId, spanId: commit.spanId })]);
    }
  });

  it('marks internal errors as errors, and client errors not', () => {
    const refused = named('message:send').filter(({ attributes }) => attributes['error.type'] === 'validation_failed');
    expect(refused.map(({ status }) => status.code)).toEqual([UNSET]);
    const missing = named('GET /api/v1/messages/:id');
    expect(missing.map(({ status }) => status.code)).toEqual([UNSET]);
    expect(missing[0]?.attributes).toMatchObject({ 'http.response.status_code': 404, 'error.type': 'not_found' });
    const [failed] = named('GET /api/v1/users/me');
    expect(failed?.status.code).toBe(ERROR);
    expect(failed?.attributes).toMatchObject({ 'http.response.status_code': 500, 'error.type': 'internal' });
    expect(named('unknown').map(({ attributes }) => attributes['error.type'])).toEqual(['not_found']);
  });

  it('exports the service name, and no texts, user ids or health checks', () => {
    expect([...collector.services]).toEqual(['chat-test']);
    expect(collector.spans.filter(({ name }) => /health|metrics/.test(name))).toEqual([]);
    for (const secret of [TEXT, accountId]) expect(collector.raw).not.toContain(secret);
  });

  it('adds the trace id to log lines', () => {
    const ofRequest = lines.filter(({ traceId, msg }) => msg === 'request' && traceId === REMOTE.traceId);
    expect(ofRequest).toMatchObject([{ method: 'POST', path: '/api/v1/messages', status: 201 }]);
    const [failed] = named('GET /api/v1/users/me');
    const fault = lines.filter(({ traceId, msg }) => msg === 'request failed' && traceId === failed?.traceId);
    expect(fault).toMatchObject([{ level: 50, err: { message: 'the cause' } }]);
    for (const { traceId } of named('message:send')) {
      expect(lines.filter((line) => line.msg === 'command' && line.traceId === traceId)).toHaveLength(1);
    }
  });
});

describe('unresponsive collector', () => {
  it('does not delay the shutdown', async () => {
    const collector = await OtlpCollector.start(false);
    const server = await TestServer.start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    await server.account();
    await server.stop();
    await waitFor('spans were sent', () => collector.spans.length > 0);
    await collector.stop();
  });
});
