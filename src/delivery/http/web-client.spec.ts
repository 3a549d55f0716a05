import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';

import { addSecurityHeaders } from './security-headers.js';
import { serveWebClient } from './web-client.js';

const PAGE = '<!doctype html><title>GoChat</title>';
const SCRIPT = 'console.log("hello");';
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the web client’s files', () => {
  let folder: string;
  let http: FastifyInstance;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gochat-web-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), PAGE);
    writeFileSync(join(folder, 'sw.js'), SCRIPT);
    writeFileSync(join(folder, 'assets/app-1a2b3c.js'), SCRIPT);
    writeFileSync(join(folder, 'assets/app-1a2b3c.js.br'), brotliCompressSync(SCRIPT));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  beforeEach(() => {
    http = Fastify({ trustProxy: true });
    addSecurityHeaders(http);
    http.setNotFoundHandler((_request, reply) => reply.status(404).send({ code: 'not_found' }));
    serveWebClient(http, folder);
  });

  afterEach(() => http.close());

  it.each(['/', '/c/0193d6a0-0000-7000-8000-000000000001', '/settings?from=mail', '/index.html'])(
    'serves the page at %s, to be revalidated on each request',
    async (url) => {
      const answer = await http.inject({ url, headers: browser });
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toBe(PAGE);
      expect(answer.headers['cache-control']).toBe('no-cache');
    },
  );

  it('serves the page at / to any client, such as a service worker', async () => {
    const answer = await http.inject('/');
    expect(answer.body).toBe(PAGE);
  });

  it('lets browsers cache a hashed file for a year, and revalidate the service worker', async () => {
    const script = await http.inject('/assets/app-1a2b3c.js');
    expect(script.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(script.headers['content-type']).toMatch(/^(text|application)\/javascript/);
    const worker = await http.inject('/sw.js');
    expect(worker.headers['cache-control']).toBe('no-cache');
  });

  it('sends the precompressed file to clients that accept its encoding', async () => {
    const answer = await http.inject({ url: '/assets/app-1a2b3c.js', headers: { 'accept-encoding': 'gzip, br' } });
    expect(answer.headers['content-encoding']).toBe('br');
    expect(answer.headers.vary).toMatch(/accept-encoding/i);
    expect(answer.headers['content-type']).toMatch(/^(text|application)\/javascript/);
    expect(brotliDecompressSync(answer.rawPayload).toString()).toBe(SCRIPT);
  });

  it('answers 304 for an unchanged file', async () => {
    const { headers } = await http.inject({ url: '/', headers: browser });
    const again = await http.inject({ url: '/', headers: { ...browser, 'if-none-match': String(headers.etag) } });
    expect(again.statusCode).toBe(304);
  });

  it.each(['/', '/assets/app-1a2b3c.js', '/sw.js'])('sets a strict content security policy for %s', async (url) => {
    const { headers } = await http.inject({ url, headers: browser });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers['strict-transport-security']).toBeUndefined();
  });

  it('sends strict-transport-security over TLS', async () => {
    const { headers } = await http.inject({ url: '/', headers: { ...browser, 'x-forwarded-proto': 'https' } });
    expect(headers['strict-transport-security']).toBe('max-age=31536000');
  });

  it.each([
    ['an unknown path under /api', { url: '/api/v1/nothing', headers: browser }],
    ['/api itself', { url: '/api', headers: browser }],
    ['a missing file loaded by a script', { url: '/assets/app-0.js', headers: { accept: '*/*' } }],
    ['a missing file opened in a browser', { url: '/assets/app-0.js', headers: browser }],
    ['an editor’s backup file', { url: '/settings~', headers: browser }],
    ['a path outside the build', { url: '/..%2Fpackage.json', headers: { accept: '*/*' } }],
    ['the compressed file by its own name', { url: '/assets/app-1a2b3c.js.br', headers: { accept: '*/*' } }],
    ['a method other than GET', { method: 'POST' as const, url: '/', headers: browser }],
  ])('answers 404 for %s', async (_case, request) => {
    const answer = await http.inject(request);
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toEqual({ code: 'not_found' });
  });
});

describe('without a build', () => {
  it('answers a navigation with build instructions and any other request with 404', async () => {
    const http = Fastify();
    http.setNotFoundHandler((_request, reply) => reply.status(404).send({ code: 'not_found' }));
    serveWebClient(http, join(tmpdir(), 'gochat-no-such-build'));
    const page = await http.inject({ url: '/', headers: browser });
    expect(page.statusCode).toBe(404);
    expect(page.body).toContain('npm run build');
    const other = await http.inject('/');
    expect(other.json()).toEqual({ code: 'not_found' });
    await http.close();
  });
});
