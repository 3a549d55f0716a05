import { describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import fc from 'fast-check';

import { Tokens } from './tokens.adapter.js';

const NEW = { kid: 'new', secret: 'n'.repeat(32) };
const OLD = { kid: 'old', secret: 'o'.repeat(32) };
const SESSION = {
  id: '0199f0a0-1234-7abc-89de-f00000000001',
  userId: '0199f0a0-0000-7000-8000-000000000001',
  salt: 'salt',
  expiresAt: new Date('2027-01-19T10:15:30.999Z'),
};
const NOW = new Date('2026-11-20T10:15:30.999Z');

const tokensOf = (...jwtKeys: { kid: string; secret: string }[]) =>
  new Tokens(new JwtService(), { jwtKeys, accessTokenTtlMs: 900_000 });

describe('a refresh token', () => {
  const tokens = tokensOf(NEW);
  const token = tokens.refreshToken(SESSION, 7);

  it('names its session and generation', () => {
    expect(tokens.readRefresh(token)).toEqual({ sessionId: SESSION.id, generation: 7 });
    expect(tokens.readRefresh(tokens.refreshToken(SESSION, 4_294_967_295))?.generation).toBe(4_294_967_295);
  });

  it('is the same on every node that has the key', () => {
    expect(tokensOf(NEW).refreshToken(SESSION, 7)).toBe(token);
    expect(tokens.isGenuine(token, SESSION.salt)).toBe(true);
  });

  it.each([
    ['another key', tokensOf(OLD).refreshToken(SESSION, 7)],
    ['another salt', tokens.refreshToken({ ...SESSION, salt: 'pepper' }, 7)],
    ['no salt', tokens.refreshToken({ ...SESSION, salt: '' }, 7)],
  ])('is rejected when it was issued with %s', (_case, forged) => {
    expect(tokens.readRefresh(forged)).toEqual({ sessionId: SESSION.id, generation: 7 });
    expect(tokens.isGenuine(forged, SESSION.salt)).toBe(false);
  });

  it('is rejected when any bit is changed', () => {
    const bytes = Buffer.from(token, 'base64url');
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(tokens.isGenuine(changed.toString('base64url'), SESSION.salt)).toBe(false);
      }),
    );
  });

  it('is rejected with another generation', () => {
    const bytes = Buffer.from(token, 'base64url');
    bytes.writeUInt32BE(8, 16);
    const moved = bytes.toString('base64url');
    expect(tokens.readRefresh(moved)?.generation).toBe(8);
    expect(tokens.isGenuine(moved, SESSION.salt)).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'token'],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'],
    ['one byte short', token.slice(0, -2)],
    ['one byte long', `${token}AA`],
    ['padded', `${token}==`],
    ['with a space', ` ${token}`],
    ['in the other alphabet', `${token.slice(0, -1)}+`],
    ['with bits set that no byte has', `${token.slice(0, -1)}${token.endsWith('Q') ? 'R' : 'Z'}`],
  ])('is malformed when it is %s', (_case, text) => {
    expect(tokens.readRefresh(text)).toBeNull();
  });

  it('is malformed when it is any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(tokens.readRefresh(text)).toBeNull();
      }),
    );
  });
});

describe('an access token', () => {
  const tokens = tokensOf(NEW);
  const decoded = (token: string) =>
    token.split('.', 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>);

  it('contains user, session, generation and expiry, and names its key', () => {
    const { token, expiresAt } = tokens.issueAccess(SESSION, 3, NOW);
    expect(expiresAt).toEqual(new Date('2026-11-20T10:30:30.000Z'));
    const [header, claims] = decoded(token);
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'new' });
    expect(claims).toEqual({
      sub: SESSION.userId,
      sid: SESSION.id,
      gen: 3,
      iat: Date.parse('2026-11-20T10:15:30Z') / 1_000,
      exp: expiresAt.getTime() / 1_000,
      iss: 'gochat',
      aud: 'gochat',
    });
  });

  it('expires with its session at the latest', () => {
    const ending = { ...SESSION, expiresAt: new Date('2026-11-20T10:20:00.500Z') };
    expect(tokens.issueAccess(ending, 1, NOW).expiresAt).toEqual(new Date('2026-11-20T10:20:00.000Z'));
  });

  it('is verified with the key that it names, and rejected if that is unknown', () => {
    const { token } = tokens.issueAccess(SESSION, 1, NOW);
    const verify = (key: unknown) =>
      new JwtService().verify<object>(token, { secret: key as never, ignoreExpiration: true, algorithms: ['HS256'] });
    expect(verify(tokens.accessKey('new'))).toMatchObject({ sid: SESSION.id });
    expect(() => verify(tokensOf(OLD).accessKey('old'))).toThrow('invalid signature');
    for (const kid of ['old', '', undefined, null, 0, {}]) expect(tokens.accessKey(kid)).toBeUndefined();
  });
});

describe('two keys', () => {
  const [before, during, afterwards] = [tokensOf(OLD), tokensOf(NEW, OLD), tokensOf(NEW)];

  it('issue tokens with the newest', () => {
    expect(during.refreshToken(SESSION, 1)).toBe(afterwards.refreshToken(SESSION, 1));
    expect(during.issueAccess(SESSION, 1, NOW).token).toBe(afterwards.issueAccess(SESSION, 1, NOW).token);
  });

  it('accept the tokens of both', () => {
    for (const made of [before, afterwards]) {
      expect(during.isGenuine(made.refreshToken(SESSION, 1), SESSION.salt)).toBe(true);
    }
    expect([during.accessKey('new'), during.accessKey('old')]).not.toContain(undefined);
  });

  it('reject the tokens of a removed key', () => {
    expect(afterwards.isGenuine(before.refreshToken(SESSION, 1), SESSION.salt)).toBe(false);
    expect(afterwards.accessKey('old')).toBeUndefined();
  });
});
