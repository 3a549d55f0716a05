import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { envFaults } from './env-faults.js';
import { readEnv } from './env.js';
import { RATES } from './rates.js';

const SECRET = 'k3J9vQx2Lm8Zt7Rb5Yw1Pc6Nd4Hf0GsA';
const OTHER = 'Zz8Yy7Xx6Ww5Vv4Uu3Tt2Ss1Rr0Qq9Pp';
const PRODUCTION = { NODE_ENV: 'production', DATABASE_URL: 'mysql://u:p@db:3306/chat', JWT_SECRET: SECRET };

describe('readEnv', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gochat-env-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  const read = (source: Record<string, string> = {}) => readEnv({ DATA_DIR: dataDir, ...source });

  it('returns a default for each missing variable', () => {
    expect(read()).toEqual({
      production: false,
      port: 3000,
      host: '::',
      dataDir,
      databaseUrl: null,
      databasePool: 10,
      redisUrls: [],
      stickySessions: false,
      jwtKeys: [{ kid: expect.any(String), secret: expect.any(String) }],
      accessTokenTtlMs: 900_000,
      refreshTokenTtlMs: 5_184_000_000,
      rooms: ['general', 'tech', 'random'],
      publicUrl: 'http://localhost:3000',
      mail: 'log',
      corsOrigins: [],
      docs: true,
      trustProxy: false,
      rates: RATES,
      connectionsPerUser: 50,
      pingIntervalMs: 25_000,
      pingTimeoutMs: 20_000,
      presenceGraceMs: 5_000,
      logLevel: 'info',
      metricsPort: null,
      metricsToken: null,
      otlpEndpoint: null,
      serviceName: 'gochat',
      drainMs: 8_000,
    });
  });

  it('returns a frozen object', () => {
    expect(Object.isFrozen(read())).toBe(true);
  });

  it('treats an empty or blank variable as missing', () => {
    expect(read({ PORT: '', HOST: ' ', JWT_SECRET: '', ACCESS_TOKEN_TTL: '' })).toEqual(read());
  });

  it('reports all faults in one error, one line per variable', () => {
    const faults = envFaults({
      NODE_ENV: 'production',
      PORT: '70000',
      DATABASE_URL: 'postgres://db/chat',
      DATABASE_POOL: '0',
      JWT_SECRET: 'short',
      JWT_KEYS: 'nonsense',
      ACCESS_TOKEN_TTL: '15',
      REFRESH_TOKEN_TTL: 'soon',
      ROOMS: 'x'.repeat(101),
      PUBLIC_URL: 'chat.example.org',
      SMTP_URL: 'mail.example.org:25',
      MAIL_FROM: 'GoChat',
      TRUST_PROXY: 'yes',
      RATE_LIMITS: 'much',
      CONNECTIONS_PER_USER: '0',
      PING_INTERVAL_MS: '1.5',
      PING_TIMEOUT_MS: '-1',
      LOG_LEVEL: 'loud',
      METRICS_PORT: '-1',
      METRICS_TOKEN: 'fifteen bytes..',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector',
      DRAIN_SECONDS: '1e3',
    });
    const named = faults.map((fault) => fault.split(' ', 1)[0]);
    expect(named.sort()).toEqual([
      'ACCESS_TOKEN_TTL',
      'CONNECTIONS_PER_USER',
      'DATABASE_POOL',
      'DATABASE_URL',
      'DRAIN_SECONDS',
      'JWT_KEYS',
      'JWT_SECRET',
      'LOG_LEVEL',
      'MAIL_FROM',
      'METRICS_PORT',
      'METRICS_TOKEN',
      'OTEL_EXPORTER_OTLP_ENDPOINT',
      'PING_INTERVAL_MS',
      'PING_TIMEOUT_MS',
      'PORT',
      'PUBLIC_URL',
      'RATE_LIMITS',
      'REFRESH_TOKEN_TTL',
      'ROOMS',
      'SMTP_URL',
      'TRUST_PROXY',
    ]);
  });

  it('never includes a secret in the error', () => {
    const secrets = {
      JWT_SECRET: 'hunter2',
      DATABASE_URL: 'postgres://u:hunter2@db/chat',
      SMTP_URL: 'http://u:hunter2@m',
    };
    expect(envFaults(secrets)).toHaveLength(3);
    expect(envFaults(secrets).join()).not.toContain('hunter2');
  });

  describe('in production', () => {
    it('accepts a database with a secret or with named keys', () => {
      expect(readEnv(PRODUCTION)).toMatchObject({ production: true, databaseUrl: PRODUCTION.DATABASE_URL });
      const { JWT_SECRET: _, ...rest } = PRODUCTION;
      expect(readEnv({ ...rest, JWT_KEYS: `a:${SECRET}` }).jwtKeys).toEqual([{ kid: 'a', secret: SECRET }]);
    });

    it.each([
      ['without a secret', { JWT_SECRET: '' }, 'JWT_SECRET'],
      ['with a blank secret', { JWT_SECRET: '   ' }, 'JWT_SECRET'],
      ['with a secret of 31 bytes', { JWT_SECRET: SECRET.slice(1) }, 'JWT_SECRET'],
      [
        'with a placeholder secret of an example',
        { JWT_SECRET: 'change-me-change-me-change-me-change-me' },
        'JWT_SECRET',
      ],
      ['with a placeholder secret of a README', { JWT_SECRET: 'your-secret-key-goes-here-1234567890' }, 'JWT_SECRET'],
      ['with a placeholder secret of a tutorial', { JWT_SECRET: 'example-0123456789-abcdefghijklmnop' }, 'JWT_SECRET'],
      ['with a secret of one repeated letter', { JWT_SECRET: 'a'.repeat(64) }, 'JWT_SECRET'],
      ['with a secret of a few letters', { JWT_SECRET: 'abc123'.repeat(10) }, 'JWT_SECRET'],
      ['with a short key among its keys', { JWT_KEYS: `a:${SECRET},b:short` }, 'JWT_KEYS'],
      ['without a database', { DATABASE_URL: '' }, 'DATABASE_URL'],
      ['without rate limits', { RATE_LIMITS: 'off' }, 'RATE_LIMITS'],
    ])('rejects a configuration %s, naming the variable', (_case, change, name) => {
      const faults = envFaults({ ...PRODUCTION, ...change });
      expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}\\b`))]);
    });
  });

  describe('in development', () => {
    it('generates a signing key per data directory, readable by its owner only, and reuses it at the next start', () => {
      const first = read();
      expect(read().jwtKeys).toEqual(first.jwtKeys);
      const file = join(dataDir, 'signing-key');
      expect(readFileSync(file, 'utf8').trim()).toBe(first.jwtKeys[0]?.secret);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const elsewhere = mkdtempSync(join(tmpdir(), 'gochat-env-'));
      expect(readEnv({ DATA_DIR: elsewhere }).jwtKeys[0]?.secret).not.toBe(first.jwtKeys[0]?.secret);
      rmSync(elsewhere, { recursive: true });
    });
  });

  it.each(['Production', 'prod', 'staging'])('rejects the unknown NODE_ENV %s', (NODE_ENV) => {
    expect(envFaults({ NODE_ENV })).toEqual([expect.stringMatching(/^NODE_ENV must be one of production/)]);
  });

  describe('signing keys', () => {
    it('keep the order and names of JWT_KEYS, which replaces JWT_SECRET', () => {
      expect(read({ JWT_KEYS: `new:${SECRET}, old:${OTHER}`, JWT_SECRET: SECRET }).jwtKeys).toEqual([
        { kid: 'new', secret: SECRET },
        { kid: 'old', secret: OTHER },
      ]);
    });

    it('have a stable name derived from a single secret, which does not reveal it', () => {
      const [key] = read({ JWT_SECRET: SECRET }).jwtKeys;
      expect(key?.secret).toBe(SECRET);
      expect(read({ JWT_SECRET: SECRET }).jwtKeys).toEqual([key]);
      expect(read({ JWT_SECRET: OTHER }).jwtKeys[0]?.kid).not.toBe(key?.kid);
      expect(SECRET).not.toContain(key?.kid);
    });

    it.each([
      ['a key without a name', SECRET],
      ['an empty name', `:${SECRET}`],
      ['a name with a space', `my key:${SECRET}`],
      ['a duplicate name', `a:${SECRET},a:${OTHER}`],
      ['only commas', ', ,'],
    ])('are rejected with %s', (_case, value) => {
      expect(envFaults({ JWT_KEYS: value })).toEqual([expect.stringMatching(/^JWT_KEYS must/)]);
    });
  });
});
