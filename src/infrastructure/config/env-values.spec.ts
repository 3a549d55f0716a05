import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { envFaults } from './env-faults.js';
import { readEnv } from './env.js';
import { RATES } from './rates.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'mysql://u:p@db:3306/chat',
  JWT_SECRET: 'k3J9vQx2Lm8Zt7Rb5Yw1Pc6Nd4Hf0GsA',
};

describe('the value of a variable', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gochat-env-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  const read = (source: Record<string, string> = {}) => readEnv({ DATA_DIR: dataDir, ...source });

  describe('mail', () => {
    const MAIL = { SMTP_URL: 'smtp://u:p@mail.example.org:587', MAIL_FROM: 'GoChat <chat@example.org>' };

    it('uses the configured server and sender; without one it is logged in development and off in production', () => {
      expect(read(MAIL).mail).toEqual({ smtpUrl: MAIL.SMTP_URL, from: MAIL.MAIL_FROM });
      expect(read().mail).toBe('log');
      expect(readEnv(PRODUCTION).mail).toBeNull();
    });

    it('requires MAIL_FROM, and in production PUBLIC_URL for its links', () => {
      expect(envFaults({ SMTP_URL: MAIL.SMTP_URL })).toEqual([expect.stringMatching(/^MAIL_FROM is required/)]);
      expect(envFaults({ ...PRODUCTION, ...MAIL })).toEqual([expect.stringMatching(/^PUBLIC_URL is required/)]);
      const { publicUrl } = readEnv({ ...PRODUCTION, ...MAIL, PUBLIC_URL: 'https://chat.example.org/' });
      expect(publicUrl).toBe('https://chat.example.org');
    });

    it.each(['chat@example.org', 'GoChat <chat@example.org>', 'Chat of “Café” <chat@example.org>'])(
      'accepts the sender %p',
      (from) => {
        expect(read({ ...MAIL, MAIL_FROM: from }).mail).toMatchObject({ from });
      },
    );

    it.each([
      'O"Neil <chat@example.org>',
      'a,b@example.org',
      'GoChat: Support <chat@example.org>',
      'GoChat (EU) <chat@example.org>',
    ])('rejects the sender %p, whose name needs quotes', (from) => {
      expect(envFaults({ ...MAIL, MAIL_FROM: from })[0]).toMatch(/^MAIL_FROM must/);
    });

    it.each(['GoChat', '<chat@example.org>\r\nBcc: <all@example.org>', 'a@b, c@d', 'a@b <c@d>', 'A\nB <a@b.example>'])(
      'rejects the malformed sender %p',
      (from) => {
        expect(envFaults({ ...MAIL, MAIL_FROM: from })[0]).toMatch(/^MAIL_FROM must/);
      },
    );

    it.each([
      'chat.example.org',
      'ftp://chat.example.org',
      'https://chat.example.org/?a=1',
      'https://u:p@chat.example.org',
    ])('rejects %p as the base of its links', (base) => {
      expect(envFaults({ PUBLIC_URL: base })).toEqual([expect.stringMatching(/^PUBLIC_URL must/)]);
    });
  });

  it('rejects a REDIS_URL that lists no URL', () => {
    expect(envFaults({ REDIS_URL: ',' })).toEqual([expect.stringMatching(/^REDIS_URL must/)]);
  });

  describe('a duration', () => {
    it.each([
      ['90s', 90_000],
      ['15m', 900_000],
      ['2h', 7_200_000],
      ['60d', 5_184_000_000],
      [' 1s ', 1_000],
    ])('of %p is parsed as %d ms', (value, milliseconds) => {
      expect(read({ ACCESS_TOKEN_TTL: value }).accessTokenTtlMs).toBe(milliseconds);
      expect(read({ REFRESH_TOKEN_TTL: value }).refreshTokenTtlMs).toBe(milliseconds);
    });

    it.each(['15', 'm', '0m', '-5m', '1.5h', '15 m', '15M', '1w', '1h30m', '1234567d', 'forever'])(
      'is rejected as %p',
      (value) => {
        expect(envFaults({ ACCESS_TOKEN_TTL: value })).toEqual([expect.stringMatching(/^ACCESS_TOKEN_TTL must/)]);
      },
    );
  });

  it.each([
    ['true', true],
    ['false', false],
    ['0', 0],
    ['2', 2],
  ])('parses TRUST_PROXY=%s as %p', (value, trustProxy) => {
    expect(read({ TRUST_PROXY: value }).trustProxy).toBe(trustProxy);
  });

  it('merges RATE_LIMITS into the default rates, or disables all limits', () => {
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
  ])('rejects %p as RATE_LIMITS', (value) => {
    expect(envFaults({ RATE_LIMITS: value })).toEqual([expect.stringMatching(/^RATE_LIMITS must/)]);
  });

  it('splits lists at commas, ignores spaces and empty parts, and normalizes origins', () => {
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
    'rejects %p as an origin',
    (value) => {
      expect(envFaults({ CORS_ORIGINS: value })).toEqual([expect.stringMatching(/^CORS_ORIGINS must/)]);
    },
  );

  it('enables the API documents outside production by default, and DOCS overrides it', () => {
    const production = { ...PRODUCTION, DATA_DIR: dataDir };
    expect(read().docs).toBe(true);
    expect(read({ DOCS: 'off' }).docs).toBe(false);
    expect(readEnv(production).docs).toBe(false);
    expect(readEnv({ ...production, DOCS: 'on' }).docs).toBe(true);
    expect(envFaults({ DOCS: 'yes' })).toEqual([expect.stringMatching(/^DOCS must/)]);
  });

  it.each(['mysql://localhost', 'mysql:///', 'http://u:p@db/chat', 'db:3306/chat', 'mysql'])(
    'rejects %p as DATABASE_URL',
    (value) => {
      expect(envFaults({ DATABASE_URL: value })).toEqual([expect.stringMatching(/^DATABASE_URL must/)]);
    },
  );
});
