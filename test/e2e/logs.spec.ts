import { randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';

import type { Account } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { ShiftedClock } from '../support/clock.js';
import { waitFor } from '../support/wait-for.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

let server: TestServer;
/** All log lines, at every level. */
const lines: string[] = [];
const entries = (): Answer['body'][] => lines.map((line) => JSON.parse(line) as unknown);

/** The line of a request or command. It may be written after the answer was sent. */
async function lineOf(matches: (entry: Answer['body']) => boolean): Promise<Answer['body']> {
  await waitFor('the line is written', () => entries().some(matches));
  const found = entries().filter(matches);
  expect(found).toHaveLength(1);
  return found[0];
}

const requestLine = ({ headers }: Answer): Promise<Answer['body']> =>
  lineOf((entry) => entry.msg === 'request' && entry.requestId === headers.get('x-request-id'));

beforeAll(async () => {
  const stream = new Writable({
    write(chunk, _encoding, done) {
      lines.push(...String(chunk).trim().split('\n'));
      done();
    },
  });
  // Without SMTP_URL, mail is printed to the log. This address refuses connections, which is logged.
  const mail = { SMTP_URL: 'smtp://127.0.0.1:1', MAIL_FROM: 'chat@mail.example' };
  server = await TestServer.start(mail, pino({ level: 'trace' }, stream));
});
afterAll(() => server.stop());

describe('log', () => {
  it('has one line per request: route, user, outcome and duration', async () => {
    const ann = await server.account('ann');
    const answer = await ann.rest.get('/users/me?secret=1');
    expect(await requestLine(answer)).toMatchObject({
      level: 30,
      requestId: expect.stringMatching(UUID),
      method: 'GET',
      path: '/api/v1/users/me',
      status: 200,
      code: 'ok',
      userId: ann.id,
      durationMs: expect.any(Number),
    });

    const taken = await server.rest.post('/auth/register', {
      username: ann.username,
      password: 'correct horse battery',
    });
    expect(await requestLine(taken)).toMatchObject({ method: 'POST', status: 409, code: 'username_taken' });
    expect(await requestLine(taken)).not.toHaveProperty('userId');
    expect(await requestLine(await ann.rest.get('/nowhere'))).toMatchObject({ status: 404, code: 'not_found' });
    expect(await requestLine(await ann.rest.get('/users/x'))).toMatchObject({
      code: 'validation_failed',
      userId: ann.id,
    });
    expect(await requestLine(await server.rest.post('/auth/login', '{'))).toMatchObject({ code: 'malformed_request' });
    expect(await requestLine(await server.rest.get('/users/%zz'))).toMatchObject({ code: 'malformed_request' });
  });

  it('has one line per command, connection and disconnection', async () => {
    const ann = await server.account('ann');
    const device = await ann.connect();
    const known = { userId: ann.id, sessionId: ann.auth.session.id };
    const { data: group } = await device.emit('conversation:create', { type: 'group' });
    const outcome = {
      ...known,
      msg: 'command',
      durationMs: expect.any(Number),
      requestId: expect.stringMatching(UUID),
    };
    const command = (event: string): Promise<Answer['body']> =>
      lineOf((entry) => entry.msg === 'command' && entry.userId === ann.id && entry.event === event);
    expect(await command('conversation:create')).toMatchObject({ ...outcome, level: 20, code: 'ok' });

    const refused = await device.emit('message:send', { conversationId: group.id });
    expect(await command('message:send')).toMatchObject({
      ...outcome,
      level: 30,
      code: 'validation_failed',
      requestId: refused.error.requestId,
    });
    await device.emit('no:such');
    expect(await command('no:such')).toMatchObject({ ...outcome, level: 30, code: 'not_found' });
    device.socket.emit('message:list', { conversationId: group.id });
    expect(await command('message:list')).toMatchObject({ ...outcome, level: 20, code: 'ok' });

    const stranger = TestSocket.open(server.origin, 'x.y.z');
    const { data: problem } = await stranger.next('connect_error');
    stranger.close();
    expect(await lineOf(({ requestId }) => requestId === problem.requestId)).toMatchObject({
      msg: 'refused',
      level: 30,
      code: 'unauthenticated',
    });

    device.close();
    const ofAnn = (msg: string) => (entry: Answer['body']) => entry.msg === msg && entry.userId === ann.id;
    expect(await lineOf(ofAnn('connected'))).toMatchObject({ ...known, transport: 'websocket' });
    expect(await lineOf(ofAnn('disconnected'))).toMatchObject({ ...known, reason: 'client namespace disconnect' });
  });

  it('has the cause of an internal error under the request id that the client received', async () => {
    const { UsersService } = await import('../../src/users/users.service.js');
    const users = server.running.app.get(UsersService);
    const ann = await server.account('ann');
    const healthy = users.me.bind(users);
    users.me = () => Promise.reject(new Error('the cause'));
    const answer = await ann.rest.get('/users/me');
    users.me = healthy;
    expect(answer.status).toBe(500);
    expect(await requestLine(answer)).toMatchObject({ status: 500, code: 'internal', userId: ann.id });
    const fault = await lineOf((entry) => entry.level === 50 && entry.requestId === answer.body.requestId);
    expect(fault.err).toMatchObject({ message: 'the cause', stack: expect.stringContaining('logs.spec') });
  });

  it('contains no password, token, message text or name', async () => {
    const secrets: string[] = [];
    const secret = (text: string): string => {
      secrets.push(text);
      return text;
    };
    const keep = (auth: Answer['body']): Answer['body'] => {
      secrets.push(auth.accessToken, auth.refreshToken, auth.accessToken.split('.')[2]);
      return auth;
    };
    const password = secret(`password ${randomUUID()}`);
    const username = secret(`hidden_${Date.now().toString(36)}`);
    const email = secret(`${username}@mail.example`);
    const { rest } = server;
    const register = { username, password, email, displayName: secret(`Display ${randomUUID()}`) };
    const ann = keep((await rest.post('/auth/register', register)).body);
    await rest.post('/auth/register', register);
    await rest.post('/auth/register', { ...register, username: 'x' });
    const second = keep((await rest.post('/auth/login', { login: username, password })).body);
    await rest.post('/auth/login', { login: email, password: secret(`wrong ${randomUUID()}`) });
    await rest.post('/auth/login', `{"login": "${username}", "password": "${password}"`);
    const next = keep((await rest.post('/auth/refresh', { refreshToken: second.refreshToken })).body);
    await rest.as(next.accessToken).get('/users/me');
    const clock = new ShiftedClock(server);
    clock.ahead(31_000);
    expect((await rest.post('/auth/refresh', { refreshToken: second.refreshToken })).body.code).toBe('token_reused');
    clock.reset();
    const mine = rest.as(ann.accessToken);
    const newPassword = secret(`password ${randomUUID()}`);
    await mine.post('/auth/password', { currentPassword: newPassword, newPassword });
    expect((await mine.post('/auth/password', { currentPassword: password, newPassword })).status).toBe(204);
    await mine.patch('/users/me', { about: secret(`about ${randomUUID()}`) });
    await mine.get(`/users?q=${username}`);
    await rest.as(secret(`x.${randomUUID()}.y`)).get('/users/me');

    const text = (): string => secret(`message ${randomUUID()}`);
    const title = secret(`Title ${randomUUID()}`);
    const { body: group } = await mine.post('/conversations', { type: 'group', title });
    await mine.post('/messages', { conversationId: group.id, text: text(), metadata: { note: text() } });
    await mine.post('/messages', { conversationId: group.id, text: text(), [secret(`field${randomUUID()}`)]: 1 });
    await mine.post('/messages', { conversationId: group.id, text: `${text()}\u0000` });
    const { body: history } = await mine.get(`/messages?conversationId=${group.id}`);
    await mine.delete(`/messages/${history.items[0].id}`);

    const device = TestSocket.open(server.origin, ann.accessToken);
    await device.next('session:ready');
    await device.emit('message:send', { conversationId: group.id, text: text() });
    await device.emit('message:send', { conversationId: group.id, text: [text()] });
    await device.emit('message:list', { conversationId: group.id });
    await device.emit('session:refresh', { accessToken: ann.accessToken });
    await device.emit('session:refresh', { accessToken: secret(`y.${randomUUID()}.z`) });
    const header = TestSocket.open(server.origin, undefined, ['polling'], {
      extraHeaders: { authorization: `Bearer ${ann.accessToken}` },
    });
    await header.next('session:ready');
    header.close();
    const refused = TestSocket.open(server.origin, secret(`z.${randomUUID()}.x`));
    await refused.next('connect_error');
    refused.close();
    const over = await mine.post('/auth/logout-all');
    await device.next('session:ended');
    await requestLine(over);
    await waitFor('the disconnect line is written', () =>
      entries().some(({ msg, sessionId }) => msg === 'disconnected' && sessionId === ann.session.id),
    );

    expect(secrets.length).toBeGreaterThan(20);
    const log = lines.join('\n');
    expect(log).toContain(ann.user.id);
    expect(new Set(entries().map(({ action }) => action))).toContain('message.delete');
    for (const each of secrets) {
      expect(log).not.toContain(each);
      expect(log).not.toContain(encodeURIComponent(each));
    }
  });
});

describe('log lines', () => {
  it('of requests, commands, refusals and errors have the request id that the client received', () => {
    const ofSomebody = entries().filter(({ msg, level }) => /^(request|command|refused)/.test(msg) || level >= 50);
    expect(new Set(ofSomebody.map(({ msg }) => msg))).toEqual(
      new Set(['request', 'command', 'refused', 'request failed']),
    );
    expect(ofSomebody.filter(({ requestId }) => !UUID.test(requestId))).toEqual([]);
  });
});

describe('log line of an unauthenticated request', () => {
  it('has no user id', async () => {
    const answer = await server.rest.get('/health/live');
    expect(await requestLine(answer)).not.toHaveProperty('userId');
    const someone: Account = await server.account();
    expect(await requestLine(await server.rest.as(`${someone.token}x`).get('/users/me'))).not.toHaveProperty('userId');
  });
});
