import { request } from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { SECURITY_HEADERS } from '../../src/delivery/http/security-headers.js';
import type { Account } from '../clients/account.js';
import { rawRequest } from '../clients/raw-http.js';
import { TestServer } from '../harness/server.js';

const LISTED = 'https://chat.test';

let server: TestServer;
/** Beside it: a server without documents, open to every origin, behind a proxy. */
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

/** The headers of every answer, and headers that no answer has. */
function expectSecured(headers: Headers, except: readonly string[] = []): void {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (!except.includes(name)) expect({ name, value: headers.get(name) }).toEqual({ name, value });
  }
  for (const name of ['x-powered-by', 'server', 'set-cookie', 'strict-transport-security']) {
    expect({ name, value: headers.get(name) }).toEqual({ name, value: null });
  }
}

describe('security headers', () => {
  const body = (text: string): RequestInit => ({
    method: 'POST',
    body: text,
    headers: { 'content-type': 'application/json' },
  });
  it.each<[string, number, string, RequestInit?]>([
    ['a public route', 200, '/api/v1/health'],
    ['no content', 204, '/api/v1/auth/logout', { method: 'POST' }],
    ['no token', 401, '/api/v1/users/me'],
    ['nothing there', 404, '/api/v1/nowhere'],
    ['nothing there, outside the API', 404, '/nowhere'],
    ['another method', 405, '/api/v1/auth/login'],
    ['an OPTIONS that is no preflight', 405, '/api/v1/users/me', { method: 'OPTIONS' }],
    ['a preflight from another origin', 204, '/api/v1/users/me', preflight('https://evil.test')],
    ['invalid percent-encoding', 400, '/api/v1/users/%zz'],
    ['a body that is not JSON', 400, '/api/v1/auth/login', body('{')],
    ['a body without fields', 400, '/api/v1/auth/login', body('{}')],
    ['an oversized body', 413, '/api/v1/auth/login', body('x'.repeat(300_000))],
    ['a document', 200, '/api/v1/openapi.json'],
    ['the other document', 200, '/api/v1/asyncapi.json'],
    ['a polling socket', 200, '/api/v1/ws/?EIO=4&transport=polling'],
    ['a poll with an old protocol version', 400, '/api/v1/ws/?EIO=3&transport=polling'],
    ['a poll from another origin', 403, '/api/v1/ws/?EIO=4&transport=polling', from('https://evil.test')],
    ['an unknown transport', 400, '/api/v1/ws/?EIO=4&transport=smoke'],
  ])('are set on %s, %i', async (_, status, path, init = {}) => {
    const { accessToken } = path.endsWith('logout') ? await ann.login() : { accessToken: null };
    const authorization = accessToken === null ? undefined : { authorization: `Bearer ${accessToken}` };
    const answer = await ask(path, { ...init, ...(authorization && { headers: authorization }) });
    expect(answer.status).toBe(status);
    expectSecured(answer.headers);
  });

  it('are set on personal data', async () => {
    for (const path of ['/users/me', '/auth/sessions', '/conversations', '/users/me/export']) {
      const { status, headers } = await ann.rest.get(path);
      expect(status).toBe(200);
      expectSecured(headers);
    }
  });

  it('are set on the answer to malformed HTTP', async () => {
    const { status, headers } = await rawRequest(server, 'GET / HTTP/9.9\r\n\r\n');
    expect(status).toBe(400);
    expectSecured(headers);
  });

  it('include HSTS behind a trusted proxy that uses TLS, and only there', async () => {
    const spoofed = { headers: { 'x-forwarded-proto': 'https' } };
    for (const path of ['/api/v1/health', '/api/v1/nowhere', '/nowhere']) {
      expectSecured((await ask(path, spoofed)).headers);
      const { headers } = await ask(path, spoofed, other);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    }
  });
});

describe('API documents', () => {
  const PATHS = ['/docs', '/docs/', '/docs/index.html', '/docs/swagger-ui-init.js', '/docs/swagger-ui-bundle.js'];

  it('may run their own scripts, and are protected otherwise', async () => {
    for (const path of PATHS) {
      const { status, headers } = await ask(`/api/v1${path}`);
      expect(status).toBe(200);
      expectSecured(headers, ['content-security-policy', 'cache-control']);
      const policy = headers.get('content-security-policy');
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; /);
      expect(policy).toContain("frame-ancestors 'none'");
    }
  });

  it('are not found with DOCS=off', async () => {
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

describe('web page', () => {
  it.each([
    ['an allowed origin', LISTED, true],
    ['an allowed origin in another spelling', 'https://upper.test', true],
    ['another host', 'https://evil.test', false],
    ['an allowed origin as a prefix', `${LISTED}.evil.test`, false],
    ['another scheme', 'http://chat.test', false],
    ['another port', `${LISTED}:8443`, false],
    ['capitals, which no browser sends', 'HTTPS://CHAT.TEST', false],
    ['the null origin', 'null', false],
  ])('reads answers of the API if its origin is allowed: %s', async (_, origin, isAllowed) => {
    const asked = [await ask('/api/v1/users/me', preflight(origin)), await ask('/api/v1/health', from(origin))];
    for (const { headers } of asked) {
      expect(headers.get('access-control-allow-origin') === origin).toBe(isAllowed);
      expect(headers.get('access-control-allow-origin')).not.toBe('*');
      expect(headers.get('vary')).toMatch(/origin/i);
    }
    const anyMay = await ask('/api/v1/users/me', preflight(origin), other);
    expect(anyMay.headers.get('access-control-allow-origin')).toBe(origin);
    // Cookies are never accepted.
    for (const { headers } of [...asked, anyMay]) expect(headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each<[string, Record<string, string>, boolean]>([
    ['no origin, like native apps', {}, true],
    ['its own host', { origin: 'http://HOST' }, true],
    ['its own host behind a TLS proxy', { origin: 'https://HOST' }, true],
    ['an allowed origin', { origin: LISTED }, true],
    ['an allowed origin in another spelling', { origin: 'https://upper.test' }, true],
    ['its own host, on another port', { origin: 'http://127.0.0.1:1' }, false],
    ['its own host, on the default port', { origin: 'http://127.0.0.1' }, false],
    ['another host', { origin: 'https://evil.test' }, false],
    [
      'another host with a matching X-Forwarded-Host',
      { origin: 'http://evil.test', 'x-forwarded-host': 'evil.test' },
      false,
    ],
    ['an allowed host with another scheme', { origin: 'http://chat.test' }, false],
    ['an allowed host with a trailing dot', { origin: `${LISTED}.` }, false],
    ['the null origin', { origin: 'null' }, false],
    ['an empty origin', { origin: '' }, false],
    ['a file', { origin: 'file://' }, false],
  ])('opens a websocket if its origin is allowed: %s', async (_, headers, isAllowed) => {
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

/** Requests a websocket as any program can. @returns the status of the answer */
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
