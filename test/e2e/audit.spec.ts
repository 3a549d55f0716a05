import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Logger, pino } from 'pino';

import { AUDIT_ACTIONS } from '../../src/delivery/audit/audit-log.js';
import { AUDIT_KEY } from '../../src/delivery/audit/audited.decorator.js';
import { Commands } from '../../src/realtime/gateway/commands.js';
import { type Account, PASSWORD } from '../clients/account.js';
import { Rest } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { ShiftedClock } from '../support/clock.js';
import { controllerRoutes } from '../support/controller-routes.js';
import { waitFor } from '../support/wait-for.js';

/** Every audited route and command, with its action. An independent copy: what is audited must be a decision. */
const AUDITED: Readonly<Record<string, string>> = {
  'POST /auth/register': 'account.register',
  'POST /auth/login': 'session.login',
  'POST /auth/refresh': 'session.reuse',
  'POST /auth/logout': 'session.logout',
  'POST /auth/logout-all': 'session.logout_all',
  'DELETE /auth/sessions/{id}': 'session.revoke',
  'POST /auth/password': 'account.password',
  'DELETE /users/me': 'account.delete',
  'PUT /users/me/email': 'account.email',
  'POST /auth/email/verify': 'account.email_verify',
  'POST /auth/password/forgotten': 'account.password_forgotten',
  'POST /auth/password/reset': 'account.password_reset',
  'GET /users/me/export': 'account.export',
  'DELETE /conversations/{id}': 'conversation.delete',
  'PATCH /conversations/{id}/members/{userId}': 'member.role',
  'DELETE /conversations/{id}/members/{userId}': 'member.remove',
  'DELETE /messages/{id}': 'message.delete',
  'message:delete': 'message.delete',
};

/** Changes of chat itself, which the conversation log records, and of the user's own settings. */
const NOT_AUDITED = [
  /^(POST|PUT|PATCH|DELETE) \/(conversations|messages|sync)\b/,
  /^(POST \/auth\/email\/verification|PATCH \/users\/me|(PUT|DELETE) \/users\/me\/blocks\/\{userId\})$/,
  /^(message|conversation|typing|presence):/,
  /^(sync|session:refresh)$/,
];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const AGENT = 'a test of the trail/1.0';

const lines: any[] = [];
const logAt = (level: string): Logger =>
  pino(
    { level },
    new Writable({
      write(chunk, _encoding, done) {
        for (const line of String(chunk).trim().split('\n')) lines.push(JSON.parse(line));
        done();
      },
    }),
  );

let server: TestServer;
let ann: Account;
let ben: Account;
/** Sends requests with a user agent, as apps do. */
const app = (account: Account, token = account.token) => {
  const rest = new Rest(`${account.home}/api/v1`, token);
  return (method: string, path: string, body?: unknown) => rest.send(method, path, body, { 'user-agent': AGENT });
};

/** Waits for the one audit entry with these fields. */
async function entry(fields: object): Promise<any> {
  const matches = (line: any): boolean => {
    try {
      expect(line).toMatchObject({ audit: true, ...fields });
      return true;
    } catch {
      return false;
    }
  };
  await waitFor(`audit entry ${JSON.stringify(fields)}`, () => lines.some(matches));
  const found = lines.filter(matches);
  expect(found).toHaveLength(1);
  return found[0];
}

/** The audit actions that the controllers declare, by route. */
const auditedRoutes = (): Record<string, string> =>
  Object.fromEntries(
    controllerRoutes(server.running.app).flatMap(({ name, handler }) => {
      const audit = Reflect.getMetadata(AUDIT_KEY, handler);
      return audit ? [[name, audit.action]] : [];
    }),
  );

beforeAll(async () => {
  // At this level successful requests are not logged, except for audit entries.
  server = await TestServer.start({}, logAt('error'));
  [ann, ben] = [await server.account('ann'), await server.account('ben')];
});
afterAll(() => server.stop());

describe('audited operations', () => {
  it('are those of the list; every other change belongs to chat or to a user’s own settings', () => {
    const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8'));
    const routes = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace('/api/v1', '')}`),
    );
    const commands = [...server.running.app.get(Commands)];
    const audited = Object.keys(AUDITED);
    const operations = [...routes.filter((route) => !route.startsWith('GET ')), ...commands.map(({ name }) => name)];
    const isExempt = (name: string): boolean => NOT_AUDITED.some((pattern) => pattern.test(name));
    expect(operations.filter((name) => !audited.includes(name) && !isExempt(name))).toEqual([]);

    const found: Record<string, string> = auditedRoutes();
    for (const { name, audit } of commands) if (audit) found[name] = audit;
    expect(found).toEqual(AUDITED);
    expect(new Set(Object.values(found))).toEqual(new Set(AUDIT_ACTIONS));
  });

  it('are documented in docs/observability.md', () => {
    const documented = readFileSync('docs/observability.md', 'utf8').matchAll(/^\| `(\w+\.\w+)` \|/gm);
    expect(Array.from(documented, ([, action]) => action).sort()).toEqual([...AUDIT_ACTIONS].sort());
  });
});

describe('audit trail', () => {
  it('records actor, action, target, time, address and outcome of a request', async () => {
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const { body: message } = await ann.rest.post('/messages', { conversationId: group.id, text: 'a' });
    const deleted = await app(ann)('DELETE', `/messages/${message.id}`);
    const actor = { userId: ann.id, sessionId: ann.auth.session.id };
    const here = { address: '127.0.0.1', userAgent: AGENT };
    const found = await entry({ action: 'message.delete', requestId: deleted.headers.get('x-request-id') });
    expect(found).toEqual({
      level: 30,
      time: expect.any(Number),
      pid: expect.any(Number),
      hostname: expect.any(String),
      audit: true,
      msg: 'audit',
      action: 'message.delete',
      outcome: 'ok',
      ...actor,
      ...here,
      target: { messageId: message.id },
      requestId: expect.stringMatching(UUID),
    });

    const role = { role: 'admin' };
    await app(ben)('PATCH', `/conversations/${group.id}/members/${ann.id}`, role);
    await entry({
      action: 'member.role',
      outcome: 'forbidden',
      userId: ben.id,
      target: { conversationId: group.id, userId: ann.id },
    });
    await app(ann)('PATCH', `/conversations/${group.id}/members/${ben.id}`, { role: 'emperor' });
    await entry({ action: 'member.role', outcome: 'validation_failed', userId: ann.id });
    await app(ann)('PATCH', `/conversations/${group.id}/members/${ben.id}`, role);
    await entry({ action: 'member.role', outcome: 'ok', target: { conversationId: group.id, userId: ben.id } });
    await app(ann)('DELETE', `/conversations/${group.id}/members/${ben.id}`);
    await entry({
      action: 'member.remove',
      outcome: 'ok',
      ...actor,
      target: { conversationId: group.id, userId: ben.id },
    });
    await app(ben)('DELETE', `/conversations/${group.id}`);
    await entry({ action: 'conversation.delete', outcome: 'not_found', userId: ben.id });
    await app(ann)('DELETE', `/conversations/${group.id}`);
    await entry({
      action: 'conversation.delete',
      outcome: 'ok',
      ...actor,
      ...here,
      target: { conversationId: group.id },
    });
  });

  it('records socket commands with the address of their connection', async () => {
    const { body: group } = await ann.rest.post('/conversations', { type: 'group' });
    const { body: message } = await ann.rest.post('/messages', { conversationId: group.id, text: 'b' });
    const phone = await ann.connect();
    await phone.emit('message:delete', { id: message.id });
    const found = await entry({ action: 'message.delete', target: { messageId: message.id } });
    expect(found).toMatchObject({
      outcome: 'ok',
      userId: ann.id,
      sessionId: ann.auth.session.id,
      address: '127.0.0.1',
    });
    const refused = await phone.emit('message:delete', { id: 'what somebody wrote' });
    const { requestId } = refused.error;
    expect(await entry({ requestId })).not.toHaveProperty('target');
    expect(await entry({ requestId })).toMatchObject({ action: 'message.delete', outcome: 'validation_failed' });
  });

  it('identifies attempts on one username by a hash, without storing the name', async () => {
    const register = await entry({ action: 'account.register', userId: ann.id });
    expect(register).toMatchObject({ outcome: 'ok', sessionId: ann.auth.session.id });
    const anyone = new Rest(`${server.origin}/api/v1`);
    const login = async (name: string, password: string): Promise<any> => {
      const { headers } = await anyone.post('/auth/login', { login: name, password });
      return entry({ action: 'session.login', requestId: headers.get('x-request-id') });
    };
    const right = await login(ann.username, PASSWORD);
    expect(right).toMatchObject({ outcome: 'ok', userId: ann.id, sessionId: expect.stringMatching(UUID) });
    const wrong = await login(` ${ann.username.toUpperCase()} `, 'wrong');
    expect(wrong).toMatchObject({ outcome: 'invalid_credentials', loginHash: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(wrong).not.toHaveProperty('userId');
    const nobody = await login('nobody.at.all', 'wrong');
    expect([right.loginHash, register.loginHash]).toEqual([wrong.loginHash, wrong.loginHash]);
    expect(nobody.loginHash).not.toBe(wrong.loginHash);
    expect(JSON.stringify(lines)).not.toContain(ann.username);
    expect(JSON.stringify(lines)).not.toContain('nobody.at.all');
  });

  it('records the end of sessions and accounts, and reused refresh tokens', async () => {
    const eve = await server.account('eve');
    const [phone, tablet] = [await eve.login(), await eve.login()];
    const rest = (token?: string) => app(eve, token);
    const first = phone.refreshToken;
    const refreshed = await new Rest(`${eve.home}/api/v1`).post('/auth/refresh', { refreshToken: first });
    await new Rest(`${eve.home}/api/v1`, refreshed.body.accessToken).get('/users/me');
    expect(lines.some(({ action }) => action === 'session.reuse')).toBe(false);
    const clock = new ShiftedClock(server);
    clock.ahead(31_000);
    await rest()('POST', '/auth/refresh', { refreshToken: first });
    clock.reset();
    await entry({
      action: 'session.reuse',
      outcome: 'token_reused',
      sessionId: phone.session.id,
      address: '127.0.0.1',
    });

    await rest()('DELETE', `/auth/sessions/${tablet.session.id}`);
    await entry({ action: 'session.revoke', outcome: 'ok', userId: eve.id, target: { sessionId: tablet.session.id } });
    const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD} ${randomUUID()}` };
    await rest()('POST', '/auth/password', { ...change, currentPassword: 'wrong' });
    await entry({ action: 'account.password', outcome: 'invalid_credentials', userId: eve.id });
    await rest()('POST', '/auth/password', change);
    await entry({ action: 'account.password', outcome: 'ok', userId: eve.id });
    await rest()('GET', '/users/me/export');
    await entry({ action: 'account.export', outcome: 'ok', userId: eve.id });
    await rest()('DELETE', '/users/me', { password: change.newPassword });
    await entry({ action: 'account.delete', outcome: 'ok', userId: eve.id });

    const zoe = await server.account('zoe');
    const other = await zoe.login();
    await app(zoe, other.accessToken)('POST', '/auth/logout');
    await entry({ action: 'session.logout', userId: zoe.id, sessionId: other.session.id });
    await app(zoe)('POST', '/auth/logout-all');
    await entry({ action: 'session.logout_all', userId: zoe.id });
  });

  it('uses the forwarded address behind a trusted proxy, and writes nothing at level silent', async () => {
    const behind = await server.beside({ TRUST_PROXY: '1' }, logAt('warn'));
    const headers = { 'x-forwarded-for': '203.0.113.9, 198.51.100.7' };
    const [{ id }, { token }] = [await behind.account('pat'), await behind.account('pat')];
    const rest = new Rest(`${behind.origin}/api/v1`, token);
    const left = await rest.send('POST', '/auth/logout', undefined, headers);
    await entry({ action: 'session.logout', requestId: left.headers.get('x-request-id'), address: '198.51.100.7' });
    await entry({ action: 'account.register', userId: id, address: '127.0.0.1' });

    const pat = await behind.account('pat');
    const phone = TestSocket.open(behind.origin, pat.token, ['websocket'], { extraHeaders: headers });
    await phone.next('session:ready');
    await phone.emit('message:delete', { id: randomUUID() });
    await entry({ action: 'message.delete', userId: pat.id, outcome: 'not_found', address: '198.51.100.7' });
    phone.close();
    await behind.stop();

    const before = lines.length;
    const silent = await server.beside({}, logAt('silent'));
    await silent.account('sam');
    await silent.stop();
    expect(lines.slice(before).filter(({ action }) => action === 'account.register')).toEqual([]);
  });
});
