import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { SECURITY_HEADERS } from '../../src/delivery/http/security-headers.js';
import type { Account } from '../clients/account.js';
import { rawRequest } from '../clients/raw-http.js';
import { TestServer } from '../harness/server.js';

const LISTED = 'https://chat.test';

let server: TestServer;
/** Beside it: closed to readers of documents, open to every origin, and behind a proxy. */
let other: TestServer;
let ann: Account;
beforeAll(async () => {
  server = await TestServer.start({ CORS_ORIGINS: `${LISTED}, https://Upper.Test:443/` });
  other = await server.beside({ CORS_ORIGINS: '*', DOCS: 'off', TRUST_PROXY: '1' });
  ann = await server.account('ann');
});
afterAll(async () => {
  await other.stop();
  await server.stop();
});

const ask = (path: string, init: RequestInit = {}, of = server): Promise<Response> => fetch(of.origin + path, init);

/** What every answer says, and what none does. */
function expectSecured(headers: Headers, except: readonly string[] = []): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!except.includes(name)) expect({ name, value: headers.get(name) }).toEqual({ name, value });
  }
  for (const name of ['x-powered-by', 'server', 'set-cookie', 'strict-transport-security']) {
    expect({ name, value: headers.get(name) }).toEqual({ name, value: null });
  }
}

describe('every answer', () => {
  const body = (text: string): RequestInit => ({
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json' },
  });
  it.each<[string, number, string, RequestInit?]>([
    ['a public route', 200, '/api/v1/health'],
    ['an answer without a body', 204, '/api/v1/auth/logout', { method: 'POST' }],
    ['no token', 401, '/api/v1/users/me'],
    ['nothing there', 404, '/api/v1/nowhere'],
    ['nothing there, outside of the API', 404, '/nowhere'],
    ['another method', 405, '/api/v1/auth/login'],
    ['an OPTIONS that is no preflight', 405, '/api/v1/users/me', { method: 'OPTIONS' }],
    ['a preflight of a foreign page', 204, '/api/v1/users/me', preflight('https://evil.test')],
    ['an address that is none', 400, '/api/v1/users/%zz'],
    ['a body that is no JSON', 400, '/api/v1/auth/login', body('{')],
    ['a body that lacks everything', 400, '/api/v1/auth/login', body('{}')],
    ['a body beyond measure', 413, '/api/v1/auth/login', body('x'.repeat(300_000))],
    ['a document', 200, '/api/v1/openapi.json'],
    ['the other document', 200, '/api/v1/asyncapi.json'],
    ['a polling socket', 200, '/api/v1/ws/?EIO=4&transport=polling'],
    ['a polling socket of an old protocol', 400, '/api/v1/ws/?EIO=3&transport=polling'],
    ['a polling socket of a foreign page', 403, '/api/v1/ws/?EIO=4&transport=polling', from('https://evil.test')],
    ['a transport that is none', 400, '/api/v1/ws/?EIO=4&transport=smoke'],
  ])('is protected: %s, %i', async (_, status, path, init = {}) => {
    const { accessToken } = path.endsWith('logout') ? await ann.login() : { accessToken: null };
    const authorization = accessToken === null ? undefined : { authorization: `Bearer ${accessToken}` };
    const answer = await ask(path, { ...init, ...(authorization && { headers: authorization }) });
    expect(answer.status).toBe(status);
    expectSecured(answer.headers);
  });

  it('is protected: what is personal', async () => {
    for (const path of ['/users/me', '/auth/sessions', '/conversations', '/users/me/export']) {
      const { status, headers } = await ann.rest.get(path);
      expect(status).toBe(200);
      expectSecured(headers);
    }
  });

  it('is protected: what is no HTTP', async () => {
    const { status, headers } = await rawRequest(server, 'GET / HTTP/9.9\r\n\r\n');
    expect(status).toBe(400);
    expectSecured(headers);
  });

  it('asks for TLS behind a proxy that uses it, and not where nobody is trusted to say so', async () => {
    const spoofed = { headers: { 'x-forwarded-proto': 'https' } };
    for (const path of ['/api/v1/health', '/api/v1/nowhere', '/nowhere']) {
      expectSecured((await ask(path, spoofed)).headers);
      const { headers } = await ask(path, spoofed, other);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    }
  });
});

describe('the documents', () => {
  const PATHS = ['/docs', '/docs/', '/docs/index.html', '/docs/swagger-ui-init.js', '/docs/swagger-ui-bundle.js'];

  it('may run what they bring along, and are protected otherwise', async () => {
    for (const path of PATHS) {
      const { status, headers } = await ask(`/api/v1${path}`);
      expect(status).toBe(200);
      expectSecured(headers, ['content-security-policy', 'cache-control']);
      const policy = headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /);
      expect(policy).toContain("frame-ancestors 'none'");
    }
  });

  it('are nowhere when they are switched off', async () => {
    for (const path of [...PATHS, '/docs-json', '/openapi.json', '/asyncapi.json']) {
      for (const method of ['GET', 'POST']) {
        const answer = await ask(`/api/v1${path}`, { method }, other);
        expect({ path, status: answer.status, body: await answer.json() }).toMatchObject({
          status: 404,
          body: { code: 'not_found' },
        });
      }
    }
    expect((await ask('/api/v1/health', {}, other)).status).toBe(200);
  });
});

describe('a web page', () => {
  it.each([
    ['one on the list', LISTED, true],
    ['one on the list, however it is spelled there', 'https://upper.test', true],
    ['one of another host', 'https://evil.test', false],
    ['one that begins like one on the list', `${LISTED}.evil.test`, false],
    ['one of another scheme', 'http://chat.test', false],
    ['one of another port', `${LISTED}:8443`, false],
    ['one in capitals, as no browser sends it', 'HTTPS://CHAT.TEST', false],
    ['one without an origin to tell', 'null', false],
  ])('may read what the API answers, or not: %s', async (_, origin, isAllowed) => {
    const asked = [await ask('/api/v1/users/me', preflight(origin)), await ask('/api/v1/health', from(origin))];
    for (const { headers } of asked) {
      expect(headers.get('access-control-allow-origin') === origin).toBe(isAllowed);
      expect(headers.get('access-control-allow-origin')).not.toBe('*');
      expect(headers.get('vary')).toMatch(/origin/i);
    }
    const anyMay = await ask('/api/v1/users/me', preflight(origin), other);
    expect(anyMay.headers.get('access-control-allow-origin')).toBe(origin);
    // Nobody is let in by a cookie.
    for (const { headers } of [...asked, anyMay]) expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['no origin, as of a native app', {}, true],
    ['its own host', { origin: 'http://HOST' }, true],
    ['its own host over TLS, which ends in front', { origin: 'https://HOST' }, true],
    ['one on the list', { origin: LISTED }, true],
    ['one on the list, however it is spelled there', { origin: 'https://upper.test' }, true],
    ['its own host, but another port', { origin: 'http://127.0.0.1:1' }, false],
    ['its own host, but the default port', { origin: 'http://127.0.0.1' }, false],
    ['another host', { origin: 'https://evil.test' }, false],
    [
      'another host that a proxy is said to have seen',
      { origin: 'http://evil.test', 'x-forwarded-host': 'evil.test' },
      false,
    ],
    ['a listed host with another scheme', { origin: 'http://chat.test' }, false],
    ['a listed host with a dot behind', { origin: `${LISTED}.` }, false],
    ['no origin to tell', { origin: 'null' }, false],
    ['an empty origin', { origin: '' }, false],
    ['a file', { origin: 'file://' }, false],
  ])('opens a websocket or not: from %s', async (_, headers, isAllowed) => {
    const origin = headers['origin']?.replace('HOST', new URL(server.origin).host);
    const status = await upgrade(server, { ...headers, ...(origin !== undefined && { origin }) });
    expect(status).toBe(isAllowed ? 101 : 400);
  });
});

function from(origin: string): RequestInit {
  return { headers: { origin } };
}

function preflight(origin: string): RequestInit {
  return { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'GET' } };
}

/** Asks for a websocket as any program can. @returns the status of the answer */
function upgrade({ origin }: TestServer, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${origin}/api/v1/ws/?EIO=4&transport=websocket`, {
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    asked.on('upgrade', ({ statusCode }, socket) => {
      socket.destroy();
      resolve(statusCode);
    });
    asked.on('response', ({ statusCode }) => resolve(statusCode));
    asked.on('error', reject);
    asked.end();
  });
}
