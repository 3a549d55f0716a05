import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { EnvError, readEnv, VARIABLES } from './env.js';
import { RATES } from './rates.js';

const SECRET = 'k3J9vQx2Lm8Zt7Rb5Yw1Pc6Nd4Hf0GsA';
const OTHER = 'Zz8Yy7Xx6Ww5Vv4Uu3Tt2Ss1Rr0Qq9Pp';
const PRODUCTION = { NODE_ENV: 'production', DATABASE_URL: 'mysql://u:p@db:3306/chat', JWT_SECRET: SECRET };

/** What the refusal says, a line per fault. */
function faultsOf(source: Record<string, string>): string[] {
  try {
    readEnv(source);
  } catch (error) {
    if (error instanceof EnvError)
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
}

describe('the environment', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gochat-env-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  const read = (source: Record<string, string> = {}) => readEnv({ DATA_DIR: dataDir, ...source });

  it('may be empty: everything has a default', () => {
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

  it('cannot be changed once read', () => {
    expect(Object.isFrozen(read())).toBe(true);
  });

  it('takes an empty variable for a missing one', () => {
    expect(read({ PORT: '', HOST: ' ', JWT_SECRET: '', ACCESS_TOKEN_TTL: '' })).toEqual(read());
  });

  it('is refused with all of its faults at once, a line each', () => {
    const faults = faultsOf({
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

  it('never repeats a secret in its refusal', () => {
    const secrets = {
      JWT_SECRET: 'hunter2',
      DATABASE_URL: 'postgres://u:hunter2@db/chat',
      SMTP_URL: 'http://u:hunter2@m',
    };
    expect(faultsOf(secrets)).toHaveLength(3);
    expect(faultsOf(secrets).join()).not.toContain('hunter2');
  });

  describe('in production', () => {
    it('is taken with a database and a secret', () => {
      expect(readEnv(PRODUCTION)).toMatchObject({ production: true, databaseUrl: PRODUCTION.DATABASE_URL });
      const { JWT_SECRET: _, ...rest } = PRODUCTION;
      expect(readEnv({ ...rest, JWT_KEYS: `a:${SECRET}` }).jwtKeys).toEqual([{ kid: 'a', secret: SECRET }]);
    });

    it.each([
      ['without a secret', { JWT_SECRET: '' }, 'JWT_SECRET'],
      ['with a blank secret', { JWT_SECRET: '   ' }, 'JWT_SECRET'],
      ['with a secret of 31 bytes', { JWT_SECRET: SECRET.slice(1) }, 'JWT_SECRET'],
      ['with the secret of an example', { JWT_SECRET: 'change-me-change-me-change-me-change-me' }, 'JWT_SECRET'],
      ['with the secret of a README', { JWT_SECRET: 'your-secret-key-goes-here-1234567890' }, 'JWT_SECRET'],
      ['with the secret of a tutorial', { JWT_SECRET: 'example-0123456789-abcdefghijklmnop' }, 'JWT_SECRET'],
      ['with a secret of one letter', { JWT_SECRET: 'a'.repeat(64) }, 'JWT_SECRET'],
      ['with a secret of a few letters', { JWT_SECRET: 'abc123'.repeat(10) }, 'JWT_SECRET'],
      ['with a short key among its keys', { JWT_KEYS: `a:${SECRET},b:short` }, 'JWT_KEYS'],
      ['without a database', { DATABASE_URL: '' }, 'DATABASE_URL'],
      ['without limits', { RATE_LIMITS: 'off' }, 'RATE_LIMITS'],
    ])('is refused %s, by name', (_case, change, name) => {
      const faults = faultsOf({ ...PRODUCTION, ...change });
      expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}\\b`))]);
    });
  });

  describe('of a developer', () => {
    it('gets a signing key of its own, which is kept for the next start and read by its owner only', () => {
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

  describe('of mail', () => {
    const MAIL = { SMTP_URL: 'smtp://u:p@mail.example.org:587', MAIL_FROM: 'GoChat <chat@example.org>' };

    it('has a server and a sender, or is shown to a developer, or there is none', () => {
      expect(read(MAIL).mail).toEqual({ smtpUrl: MAIL.SMTP_URL, from: MAIL.MAIL_FROM });
      expect(read().mail).toBe('log');
      expect(readEnv(PRODUCTION).mail).toBeNull();
    });

    it('needs a sender, and in production an address for its links', () => {
      expect(faultsOf({ SMTP_URL: MAIL.SMTP_URL })).toEqual([expect.stringMatching(/^MAIL_FROM is required/)]);
      expect(faultsOf({ ...PRODUCTION, ...MAIL })).toEqual([expect.stringMatching(/^PUBLIC_URL is required/)]);
      const { publicUrl } = readEnv({ ...PRODUCTION, ...MAIL, PUBLIC_URL: 'https://chat.example.org/' });
      expect(publicUrl).toBe('https://chat.example.org');
    });

    it.each(['chat@example.org', 'GoChat <chat@example.org>', 'Chat of “Café” <chat@example.org>'])(
      'may come from %p',
      (from) => {
        expect(read({ ...MAIL, MAIL_FROM: from }).mail).toMatchObject({ from });
      },
    );

    it.each([
      'O"Neil <chat@example.org>',
      'a,b@example.org',
      'GoChat: Support <chat@example.org>',
      'GoChat (EU) <chat@example.org>',
    ])('does not come from %p, which would be somebody else', (from) => {
      expect(faultsOf({ ...MAIL, MAIL_FROM: from })[0]).toMatch(/^MAIL_FROM must/);
    });

    it.each(['GoChat', '<chat@example.org>\r\nBcc: <all@example.org>', 'a@b, c@d', 'a@b <c@d>', 'A\nB <a@b.example>'])(
      'does not come from %p',
      (from) => {
        expect(faultsOf({ ...MAIL, MAIL_FROM: from })[0]).toMatch(/^MAIL_FROM must/);
      },
    );

    it.each([
      'chat.example.org',
      'ftp://chat.example.org',
      'https://chat.example.org/?a=1',
      'https://u:p@chat.example.org',
    ])('does not lead to %p', (base) => {
      expect(faultsOf({ PUBLIC_URL: base })).toEqual([expect.stringMatching(/^PUBLIC_URL must/)]);
    });
  });

  it.each(['Production', 'prod', 'staging'])('is of no kind that nobody knows: %s', (NODE_ENV) => {
    expect(faultsOf({ NODE_ENV })).toEqual([expect.stringMatching(/^NODE_ENV must be one of production/)]);
  });

  it('does not take a list of no Redis for one', () => {
    expect(faultsOf({ REDIS_URL: ',' })).toEqual([expect.stringMatching(/^REDIS_URL must/)]);
  });

  describe('signing keys', () => {
    it('come newest first, by their names', () => {
      expect(read({ JWT_KEYS: `new:${SECRET}, old:${OTHER}`, JWT_SECRET: SECRET }).jwtKeys).toEqual([
        { kid: 'new', secret: SECRET },
        { kid: 'old', secret: OTHER },
      ]);
    });

    it('have a name of their own when there is one secret: the same at every start, and telling nothing of it', () => {
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
      ['one name twice', `a:${SECRET},a:${OTHER}`],
      ['commas alone', ', ,'],
    ])('are refused with %s', (_case, value) => {
      expect(faultsOf({ JWT_KEYS: value })).toEqual([expect.stringMatching(/^JWT_KEYS must/)]);
    });
  });

  describe('a duration', () => {
    it.each([
      ['90s', 90_000],
      ['15m', 900_000],
      ['2h', 7_200_000],
      ['60d', 5_184_000_000],
      [' 1s ', 1_000],
    ])('of %p is %d ms', (value, milliseconds) => {
      expect(read({ ACCESS_TOKEN_TTL: value }).accessTokenTtlMs).toBe(milliseconds);
      expect(read({ REFRESH_TOKEN_TTL: value }).refreshTokenTtlMs).toBe(milliseconds);
    });

    it.each(['15', 'm', '0m', '-5m', '1.5h', '15 m', '15M', '1w', '1h30m', '1234567d', 'forever'])(
      'is not %p',
      (value) => {
        expect(faultsOf({ ACCESS_TOKEN_TTL: value })).toEqual([expect.stringMatching(/^ACCESS_TOKEN_TTL must/)]);
      },
    );
  });

  it.each([
    ['true', true],
    ['false', false],
    ['0', 0],
    ['2', 2],
  ])('believes proxies as TRUST_PROXY=%s says', (value, trustProxy) => {
    expect(read({ TRUST_PROXY: value }).trustProxy).toBe(trustProxy);
  });

  it('takes what differs from the rates, or none at all', () => {
    expect(read({ RATE_LIMITS: 'send=500/1m, mail=1/2h' }).rates).toEqual({
      ...RATES,
      send: { limit: 500, windowMs: 60_000 },
      mail: { limit: 1, windowMs: 7_200_000 },
    });
    expect(read({ RATE_LIMITS: 'off' })).toMatchObject({ rates: null, connectionsPerUser: null });
  });

  it.each([
    'sends=5/10s',
    'toString=5/10s',
    'send',
    'send=5',
    'send=5/10',
    'send=-5/10s',
    'send=0/1s',
    'send=5/0s',
    'off,send=5/10s',
  ])('does not take %p for rates', (value) => {
    expect(faultsOf({ RATE_LIMITS: value })).toEqual([expect.stringMatching(/^RATE_LIMITS must/)]);
  });

  it('takes lists with commas, and forgives space and empty parts', () => {
    expect(read({ CORS_ORIGINS: ' https://a.example , https://b.example,,' }).corsOrigins).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
    expect(read({ CORS_ORIGINS: 'HTTPS://A.Example:443/, capacitor://localhost,*' }).corsOrigins).toEqual([
      'https://a.example',
      'capacitor://localhost',
      '*',
    ]);
    expect(read({ ROOMS: 'Lobby, Über uns' }).rooms).toEqual(['Lobby', 'Über uns']);
  });

  it.each(['a.example', 'https://a.example/chat', 'https://a.example?x', 'https://', '*.example', 'null'])(
    'does not take %p for an origin',
    (value) => {
      expect(faultsOf({ CORS_ORIGINS: value })).toEqual([expect.stringMatching(/^CORS_ORIGINS must/)]);
    },
  );

  it('shows the documents unless it is production, or as it is told', () => {
    const production = { ...PRODUCTION, DATA_DIR: dataDir };
    expect(read().docs).toBe(true);
    expect(read({ DOCS: 'off' }).docs).toBe(false);
    expect(readEnv(production).docs).toBe(false);
    expect(readEnv({ ...production, DOCS: 'on' }).docs).toBe(true);
    expect(faultsOf({ DOCS: 'yes' })).toEqual([expect.stringMatching(/^DOCS must/)]);
  });

  it.each(['mysql://localhost', 'mysql:///', 'http://u:p@db/chat', 'db:3306/chat', 'mysql'])(
    'does not take %p for a database',
    (value) => {
      expect(faultsOf({ DATABASE_URL: value })).toEqual([expect.stringMatching(/^DATABASE_URL must/)]);
    },
  );
});

describe('.env.example', () => {
  const file = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');

  /** The variables in order, each with the comment above it. */
  function entries(): [name: string, description: string, fallback: string, commented: boolean][] {
    const found: [string, string, string, boolean][] = [];
    let comment: string[] = [];
    for (const line of file.split('\n')) {
      const [, hash, name, value] = /^(# ?)?([A-Z_]+)=(.*)$/.exec(line) ?? [];
      if (name !== undefined) {
        found.push([name, comment.join(' '), value ?? '', hash !== undefined]);
        comment = [];
      } else if (line.startsWith('# ')) comment.push(line.slice(2));
      else comment = [];
    }
    return found;
  }

  it('says of every variable what it is, and what it is by default, in order', () => {
    const expected = Object.entries(VARIABLES).map(([name, { description, fallback }]) => [
      name,
      description,
      fallback,
    ]);
    expect(entries().map(([name, description, fallback]) => [name, description, fallback])).toEqual(expected);
  });

  it('sets every variable but the one that a deployment decides', () => {
    const commented = entries().filter(([, , , isCommented]) => isCommented);
    expect(commented.map(([name]) => name).filter((name) => name !== 'NODE_ENV')).toEqual([]);
  });

  it('works as it stands', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'gochat-env-'));
    const values = Object.fromEntries(entries().map(([name, , fallback]) => [name, fallback]));
    expect(readEnv({ ...values, DATA_DIR: dataDir })).toEqual(readEnv({ DATA_DIR: dataDir }));
    rmSync(dataDir, { recursive: true });
  });
});
