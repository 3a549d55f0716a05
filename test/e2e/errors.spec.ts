import { randomBytes, randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import { pour, rawRequest, textFrame, UPGRADE } from '../clients/raw-http.js';
import { TestServer } from '../harness/server.js';
import {
  type ExpectedProblem,
  expectProblem,
  INVALID_CREDENTIALS,
  invalid,
  MALFORMED,
  NOT_FOUND,
  UNAUTHENTICATED,
} from '../support/problem.js';

const METHOD_NOT_ALLOWED: ExpectedProblem = { status: 405, code: 'method_not_allowed' };
const TOO_LARGE: ExpectedProblem = { status: 413, code: 'payload_too_large' };
const UNSUPPORTED: ExpectedProblem = { status: 415, code: 'unsupported_media_type' };

const POLLING = '/api/v1/ws/?EIO=4&transport=polling';

let server: TestServer;
let ann: Account;
let groupId: string;

beforeAll(async () => {
  server = await TestServer.start({ CORS_ORIGINS: 'https://chat.test' });
  ann = await server.account('ann');
  groupId = (await ann.rest.post('/conversations', { type: 'group' })).body.id;
});
afterAll(() => server.stop());

describe('REST request', () => {
  it.each([
    '/nowhere',
    '/users/me/',
    '/users/',
    '/auth',
    '/auth/login/now',
    '//users/me',
    '/messages/1/2/3',
    '/health/dead',
    '/',
  ])('to an unknown path, %s, is not_found with every method', async (path) => {
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE', 'OPTIONS']) {
      expectProblem(await server.rest.send(method, path), NOT_FOUND);
    }
    expectProblem(await ann.rest.get(path), NOT_FOUND);
    expectProblem(await ann.rest.get(`${path}?a=b`), NOT_FOUND);
  });

  it('outside the API is not_found', async () => {
    for (const path of ['/api', '/api/v1', '/api/v2/health', '/favicon.ico', '/.env', '/metrics']) {
      const response = await fetch(server.origin + path);
      expectProblem({ status: response.status, headers: response.headers, body: await response.json() }, NOT_FOUND);
    }
  });

  it.each([
    ['GET', '/auth/login', 'POST'],
    ['PUT', '/auth/register?x=1', 'POST'],
    ['DELETE', '/auth/sessions', 'GET, HEAD'],
    ['GET', `/auth/sessions/${randomUUID()}`, 'DELETE'],
    ['DELETE', '/conversations', 'GET, HEAD, POST'],
    ['PUT', `/conversations/${randomUUID()}`, 'DELETE, GET, HEAD, PATCH'],
    ['GET', `/conversations/${randomUUID()}/join`, 'POST'],
    ['POST', `/conversations/${randomUUID()}/members/${randomUUID()}`, 'DELETE, PATCH'],
    ['POST', '/health', 'GET, HEAD'],
    ['OPTIONS', '/health', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
  ])(
    'with a method that its path does not support, %s %s, lists the supported methods',
    async (method, path, allow) => {
      for (const rest of [server.rest, ann.rest]) {
        const answer = await rest.send(method, path);
        expectProblem(answer, METHOD_NOT_ALLOWED);
        expect(answer.headers.get('allow')).toBe(allow);
      }
    },
  );

  it.each([
    ['half an object', '{"login": "a"'],
    ['no JSON', 'login=a&password=b'],
    ['two values', '{} {}'],
    ['single quotes', "{'login': 'a'}"],
    ['a comment', '{/**/}'],
    ['NaN', '{"login": NaN}'],
    ['a lone brace', '}'],
    ['a NUL byte', '\u0000'],
    ['a __proto__ key', '{"__proto__": {"role": "admin"}, "login": "a", "password": "b"}'],
    ['a nested __proto__ key', '{"login": "a", "device": {"__proto__": {"x": 1}}}'],
    ['a constructor key', '{"constructor": {"prototype": {"x": 1}}}'],
  ])('with %s as body is malformed', async (_, body) => {
    expectProblem(await server.rest.post('/auth/login', body), MALFORMED);
    expect(Reflect.get({}, 'role')).toBeUndefined();
  });

  it.each(['null', '[]', '[{}]', '"text"', '7', 'true'])(
    'with %s as body, valid JSON but no object, is invalid',
    async (body) => {
      expectProblem(await server.rest.post('/auth/login', body), invalid(''));
    },
  );

  it('with an empty body reports every required field', async () => {
    const headers = { 'content-type': 'application/json' };
    const lacking = invalid('login', 'password');
    expectProblem(await server.rest.send('POST', '/auth/login', '', headers), lacking);
    expectProblem(await server.rest.send('POST', '/auth/login', '{}'), lacking);
    expectProblem(await server.rest.send('POST', '/auth/login'), lacking);
  });

  it('to a route without body accepts an empty JSON body', async () => {
    const user = await server.account();
    const json = { 'content-type': 'application/json' };
    expect((await user.rest.send('POST', '/auth/logout', '', json)).status).toBe(204);
    const other = await server.account();
    expect((await other.rest.send('POST', '/auth/logout', '{}')).status).toBe(204);
  });

  it('with an oversized body is refused, with and without Content-Length', async () => {
    const body = JSON.stringify({ login: 'x'.repeat(300_000), password: 'x' });
    expectProblem(await server.rest.post('/auth/login', body), TOO_LARGE);
    expectProblem(await ann.rest.post('/messages', { conversationId: groupId, text: 'x'.repeat(300_000) }), TOO_LARGE);
    const chunked = `Host: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close`;
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expectProblem(
      await rawRequest(server, `POST /api/v1/auth/login HTTP/1.1\r\n${chunked}\r\n\r\n${chunk}`),
      TOO_LARGE,
    );
  });

  it.each([
    ['text/plain', '{"login": "a", "password": "b"}'],
    ['application/x-www-form-urlencoded', 'login=a&password=b'],
    ['multipart/form-data; boundary=x', '--x--'],
    ['application/xml', '<login/>'],
    ['application/octet-stream', '\u0001'],
    ['application/jsonx', '{}'],
    ['nonsense', '{}'],
    ['', '{}'],
  ])('with a body of type %j is refused', async (type, body) => {
    expectProblem(await server.rest.send('POST', '/auth/login', body, { 'content-type': type }), UNSUPPORTED);
  });

  it('with a body but no Content-Type is refused', async () => {
    const head = 'Host: x\r\nConnection: close\r\nContent-Length: 2';
    expectProblem(await rawRequest(server, `POST /api/v1/auth/login HTTP/1.1\r\n${head}\r\n\r\n{}`), UNSUPPORTED);
  });

  it('accepts JSON with a charset parameter', async () => {
    const body = '{"login": "nobody", "password": "wrong"}';
    for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON;charset=UTF-8']) {
      expectProblem(await server.rest.send('POST', '/auth/login', body, { 'content-type': type }), INVALID_CREDENTIALS);
    }
  });

  it.each(['/users/%zz', '/users/%', '/users/%c0%ae', `/conversations/%E0%A4%A/members`, '/messages/%ff%fe'])(
    'with invalid percent-encoding in its path, %s, is malformed',
    async (path) => {
      expectProblem(await ann.rest.get(path), MALFORMED);
    },
  );

  it('with invalid percent-encoding in its query is read literally', async () => {
    const answer = await ann.rest.get('/users?q=%zz&limit=%');
    expectProblem(answer, invalid('limit'));
    expect((await ann.rest.get('/users?q=%zz')).status).toBe(200);
    expect((await ann.rest.get('/users?q=a&__proto__=1&constructor=2&q[]=3')).status).toBe(200);
    expectProblem(await ann.rest.get('/users?q=a&q=b'), invalid('q'));
  });

  it.each([
    ['noise', randomBytes(64)],
    ['a greeting', 'hello\r\n\r\n'],
    ['TLS', Buffer.from('1603010200010001fc0303', 'hex')],
    ['an unknown version', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['an unknown method', 'BREW /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a header without a name', 'GET /api/v1/health HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n'],
    [
      'a Content-Length that is no number',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: ten\r\n\r\n',
    ],
    [
      'both Content-Length and Transfer-Encoding (request smuggling)',
      'POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['an oversized header', `GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(50_000)}\r\n\r\n`],
  ])('of bytes that are not HTTP, %s, is malformed', async (_, bytes) => {
    expectProblem(await rawRequest(server, bytes), MALFORMED);
    expect((await server.rest.get('/health/live')).status).toBe(200);
  });

  it('that fails has CORS headers for an allowed origin, whose preflight is answered', async () => {
    const headers = { origin: 'https://chat.test' };
    for (const path of ['/users/me', '/nowhere', '/auth/login']) {
      const answer = await server.rest.send('GET', path, undefined, headers);
      expect(answer.headers.get('access-control-allow-origin')).toBe('https://chat.test');
      expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
    }
    const preflight = {
      ...headers,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization',
    };
    const { status, headers: allowed } = await server.rest.send('OPTIONS', '/users/me', undefined, preflight);
    expect(status).toBe(204);
    expect(allowed.get('access-control-allow-origin')).toBe('https://chat.test');
    expect(allowed.get('access-control-allow-headers')).toContain('authorization');
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
      expect(allowed.get('access-control-allow-methods')).toContain(method);
    }
    const foreign = await server.rest.send('GET', '/users/me', undefined, { origin: 'https://evil.test' });
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('gets a request id of the server, never that of the client', async () => {
    const mine = { 'x-request-id': 'mine\u0020or yours', 'request-id': 'x' };
    const answers = [
      await server.rest.send('GET', '/users/me', undefined, mine),
      await server.rest.send('GET', '/users/me', undefined, mine),
    ];
    for (const answer of answers) expectProblem(answer, UNAUTHENTICATED);
    expect(answers[0]!.body.requestId).not.toBe(answers[1]!.body.requestId);
    const fine = await server.rest.get('/health/live');
    expect(fine.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('that fails by an internal error reveals nothing about it', async () => {
    const { UsersService } = await import('../../src/users/users.service.js');
    const users = server.running.app.get(UsersService);
    const healthy = users.me.bind(users);
    users.me = () => Promise.reject(new Error('SELECT secret FROM passwords'));
    const answer = await ann.rest.get('/users/me');
    users.me = healthy;
    expectProblem(answer, { status: 500, code: 'internal' });
    expect(JSON.stringify(answer.body)).not.toMatch(/secret|SELECT|at /);
    expect((await ann.rest.get('/users/me')).status).toBe(200);
  });
});

describe('oversized input', () => {
  const length = 100_000_000;
  const post = (path: string, ...headers: string[]): string =>
    [`POST ${path} HTTP/1.1`, 'Host: chat.test', ...headers, '', ''].join('\r\n');
  const frame = Buffer.alloc(14);
  frame.set([0x81, 0xff]);
  frame.writeBigUInt64BE(BigInt(length), 2);

  it.each([
    ['a frame', Buffer.concat([Buffer.from(UPGRADE), frame])],
    ['a body', post('/api/v1/auth/login', 'Content-Type: application/json', `Content-Length: ${length}`)],
    [
      'a chunked body',
      post('/api/v1/auth/login', 'Content-Type: application/json', 'Transfer-Encoding: chunked') +
        `${length.toString(16)}\r\n`,
    ],
    [
      'a body of another content type',
      post('/api/v1/auth/login', 'Content-Type: text/plain', `Content-Length: ${length}`),
    ],
    ['a body to an unknown route', post('/api/v1/nowhere', `Content-Length: ${length}`)],
    [
      'a chunked body to an unknown route',
      post('/nowhere', 'Transfer-Encoding: chunked') + `${length.toString(16)}\r\n`,
    ],
    ['a poll without a session', post(POLLING, `Content-Length: ${length}`)],
  ])('is not read to its end: %s of 100 MB', async (_, head) => {
    expect(await pour(server, head, length)).toBeLessThan(length / 2);
  });

  it('is not read to its end: a poll of 100 MB', async () => {
    const handshake = await (await fetch(new URL(POLLING, server.origin))).text();
    const { sid } = JSON.parse(handshake.slice(1));
    const head = post(`${POLLING}&sid=${sid}`, `Content-Length: ${length}`);
    expect(await pour(server, head, length)).toBeLessThan(length / 2);
  });
});

describe('connection that is cut off', () => {
  /** Shorter than the close timeout of ws, after which ws would stop reading by itself. */
  const PATIENCE_MS = 10_000;

  it(
    'ends while the client keeps writing and does not answer the close frame',
    async () => {
      const misplaced = textFrame(`42${JSON.stringify(['message:send', { text: 'x'.repeat(200) }])}`);
      const connected = Buffer.concat([Buffer.from(UPGRADE), misplaced]);
      expect(await pour(server, connected, Infinity, textFrame('x'.repeat(60_000)))).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});
