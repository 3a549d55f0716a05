import { randomBytes } from 'node:crypto';

import helmet from '@fastify/helmet';
import { afterEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { pino } from 'pino';

import { readEnv } from '../../infrastructure/config/env.js';
import { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import { httpAdapter } from './fastify.adapter.js';
import { RouteTable } from './route-table.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Headers of helmet that concern obsolete browsers, pages, or TLS only. */
const NOT_FOR_DATA = [
  'origin-agent-cluster',
  'strict-transport-security',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-permitted-cross-domain-policies',
  'x-xss-protection',
];

const JWT_SECRET = randomBytes(32).toString('hex');

describe('the security headers', () => {
  let http: FastifyInstance;
  afterEach(() => http.close());

  it('equal those of the installed helmet, in its strictest configuration', async () => {
    http = Fastify();
    await http.register(helmet, {
      contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
      xFrameOptions: { action: 'deny' },
    });
    const { headers } = await http.inject('/');
    const ofHelmet = Object.entries(headers).filter(
      ([name]) => !/^(content-(type|length)|date|connection)$/.test(name),
    );
    const expected = ofHelmet
      .filter(([name]) => !NOT_FOR_DATA.includes(name))
      .map(([name, value]) => [name, String(value).replace(';', '; ')]);
    expect({ ...SECURITY_HEADERS }).toEqual({ ...Object.fromEntries(expected), 'cache-control': 'no-store' });
  });

  it.each([
    ['false', 'plain', { ip: '127.0.0.1', protocol: 'http', host: 'chat.example' }],
    ['false', 'spoofed', { ip: '127.0.0.1', protocol: 'http', host: 'chat.example' }],
    ['1', 'spoofed', { ip: '198.51.100.2', protocol: 'https', host: 'evil.example' }],
    ['2', 'spoofed', { ip: '203.0.113.1', protocol: 'https', host: 'evil.example' }],
    ['true', 'spoofed', { ip: '203.0.113.1', protocol: 'https', host: 'evil.example' }],
  ])(
    'with TRUST_PROXY=%s and %s forwarding headers, include HSTS only over TLS',
    async (TRUST_PROXY, given, expected) => {
      const adapter = httpAdapter(
        readEnv({ TRUST_PROXY, JWT_SECRET }),
        pino({ level: 'silent' }),
        new RouteTable(),
        Telemetry.off,
      );
      http = adapter.getInstance();
      http.get('/', ({ ip, protocol, host }) => ({ ip, protocol, host }));
      const spoofed = {
        'x-forwarded-for': '203.0.113.1, 198.51.100.2',
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'evil.example',
      };
      const headers = { host: 'chat.example', ...(given === 'spoofed' && spoofed) };
      const answer = await http.inject({ url: '/', headers });
      expect(answer.json()).toEqual(expected);
      const overTls = expected.protocol === 'https' ? 'max-age=31536000' : undefined;
      expect(answer.headers['strict-transport-security']).toBe(overTls);
    },
  );
});
