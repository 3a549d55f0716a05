import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { Account } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { decodeJwt, forgeJwt } from '../support/jwt.js';
import {
  type ExpectedProblem,
  expectProblem,
  expectProblemObject,
  SESSION_REVOKED,
  TOKEN_EXPIRED,
  UNAUTHENTICATED,
} from '../support/problem.js';
import { waitFor } from '../support/wait-for.js';

type Json = Record<string, unknown>;

const newSecret = (): string => randomBytes(32).toString('hex');
const [SECRET, FORMER, FOREIGN] = [newSecret(), newSecret(), newSecret()];
const seconds = (fromNow: number): number => Math.floor(Date.now() / 1_000) + fromNow;

let server: TestServer;
let victim: Account;
/** Of a token that the server issued to the victim. */
let header: Json;
let claims: Json;

beforeAll(async () => {
  server = await TestServer.start({ JWT_KEYS: `main:${SECRET},former:${FORMER}` });
  victim = await server.account('victim');
  ({ header, claims } = decodeJwt(victim.token));
});
afterAll(() => server.stop());

const use = (token: string): Promise<Answer> => server.rest.as(token).get('/users/me');

/** REST and the socket handshake refuse the token with the same problem. */
async function expectRefused(token: string, problem: ExpectedProblem): Promise<void> {
  expectProblem(await use(token), problem);
  const device = TestSocket.open(server.origin, token);
  const error = await device.next('connect_error');
  device.close();
  expectProblemObject(error.data, problem);
}

describe('access token', () => {
  it('names key, user, session, issuer and audience, and expires after 15 minutes', () => {
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'main' });
    expect(claims).toMatchObject({ sub: victim.id, sid: victim.auth.session.id, iss: 'gochat', aud: 'gochat' });
    expect(claims['exp']).toBe(Date.parse(victim.auth.accessTokenExpiresAt) / 1_000);
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(15 * 60);
    expect(Math.abs(Number(claims['iat']) - seconds(0))).toBeLessThan(60);
    expect(JSON.stringify(claims)).not.toContain(victim.username);
  });

  it('is accepted when the test signs it with the right key, so that the forgeries below are valid otherwise', async () => {
    expect((await use(forgeJwt(header, claims, SECRET))).status).toBe(200);
    const device = TestSocket.open(server.origin, forgeJwt(header, claims, SECRET));
    expect(await device.next('session:ready')).toMatchObject({ userId: victim.id });
    device.close();
  });

  it.each(['none', 'None', 'NONE', 'nOnE', '', null, undefined, ['HS256'], 0])(
    'is refused unsigned, with algorithm %j',
    async (alg) => {
      const unsigned = { ...header, alg };
      await expectRefused(forgeJwt(unsigned, claims, null), UNAUTHENTICATED);
      await expectRefused(forgeJwt(unsigned, claims, SECRET), UNAUTHENTICATED);
    },
  );

  it.each([
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
    ['RS256', 'sha256'],
    ['ES256', 'sha256'],
    ['hs256', 'sha256'],
  ])('is refused when signed by the right key with %s', async (alg, hash) => {
    await expectRefused(forgeJwt({ ...header, alg }, claims, SECRET, hash), UNAUTHENTICATED);
  });

  it.each([
    ['another key', {}, FOREIGN],
    ['an empty key', {}, ''],
    ['a key other than the one that kid names', { kid: 'former' }, SECRET],
    ['no signature at all', {}, null],
  ])('is refused with the signature of %s', async (_, change, secret) => {
    await expectRefused(forgeJwt({ ...header, ...change }, claims, secret), UNAUTHENTICATED);
  });

  it.each([
    undefined,
    null,
    '',
    'other',
    'MAIN',
    '../../../../dev/null',
    '/dev/null',
    "main' OR '1'='1",
    ['main'],
    { toString: 'main' },
    0,
    true,
    '__proto__',
    'constructor',
  ])('is refused with kid %j', async (kid) => {
    for (const secret of [SECRET, FOREIGN, '']) {
      await expectRefused(forgeJwt({ ...header, kid }, claims, secret), UNAUTHENTICATED);
    }
  });

  it.each([
    ['exp is past', { exp: seconds(-1) }, TOKEN_EXPIRED],
    ['nbf is ahead', { nbf: seconds(600) }, UNAUTHENTICATED],
    ['exp is missing', { exp: undefined }, UNAUTHENTICATED],
    ['exp is a string', { exp: String(seconds(600)) }, UNAUTHENTICATED],
    ['iss is missing', { iss: undefined }, UNAUTHENTICATED],
    ['iss is wrong', { iss: 'gochat.example' }, UNAUTHENTICATED],
    ['aud is missing', { aud: undefined }, UNAUTHENTICATED],
    ['aud is wrong', { aud: 'elsewhere' }, UNAUTHENTICATED],
    ['sub is missing', { sub: undefined }, UNAUTHENTICATED],
    ['sub is no string', { sub: ['x'] }, UNAUTHENTICATED],
    ['sid is missing', { sid: undefined }, UNAUTHENTICATED],
    ['sid is unknown', { sid: '01999999-0000-7000-8000-000000000000' }, SESSION_REVOKED],
    ['sub does not own the session', { sub: '01999999-0000-7000-8000-000000000000' }, SESSION_REVOKED],
  ] as const)('is refused when %s', async (_, change, problem) => {
    await expectRefused(forgeJwt(header, { ...claims, ...change }, SECRET), problem);
  });

  it('is refused if it is a refresh token or malformed', async () => {
    const [head, body, signature] = victim.token.split('.');
    const garbage = [
      victim.auth.refreshToken,
      'x',
      '..',
      'null.null.null',
      `${head}.${body}`,
      `${head}.${body}.`,
      `${head}.${body}.${signature}x`,
      `${victim.token}.${signature}`,
      `${Buffer.from('[]').toString('base64url')}.${body}.${signature}`,
      Buffer.from('{"alg":"HS256"').toString('base64url') + `.${body}.${signature}`,
      'x'.repeat(10_000),
    ];
    for (const token of garbage) await expectRefused(token, UNAUTHENTICATED);
  });

  it('is read from the Authorization header with scheme Bearer only', async () => {
    const { token } = victim;
    const me = `/users/me`;
    for (const authorization of ['', 'Bearer', `Basic ${token}`, token, `Bearer${token}`, `JWT ${token}`]) {
      expectProblem(await server.rest.send('GET', me, undefined, { authorization }), UNAUTHENTICATED);
    }
    expectProblem(
      await server.rest.get(`${me}?access_token=${token}&auth_token=${token}&token=${token}`),
      UNAUTHENTICATED,
    );
    expectProblem(await server.rest.send('GET', me, undefined, { cookie: `token=${token}` }), UNAUTHENTICATED);
    const lowerCase = { authorization: `bearer ${token}` };
    expect((await server.rest.send('GET', me, undefined, lowerCase)).status).toBe(200);
  });
});

describe('cached access token', () => {
  it('is refused from its expiry on', async () => {
    const exp = seconds(2);
    const token = forgeJwt(header, { ...claims, exp }, SECRET);
    expect((await use(token)).status).toBe(200);
    await waitFor('the expiry', () => Date.now() >= exp * 1_000);
    await expectRefused(token, TOKEN_EXPIRED);
  });

  it('is refused with another signature, or other claims under its signature', async () => {
    const { token } = victim;
    expect((await use(token)).status).toBe(200);
    const [head, , signature] = token.split('.');
    const [, forged] = forgeJwt(header, { ...claims, gen: 7 }, SECRET).split('.');
    await expectRefused(forgeJwt(header, claims, FOREIGN), UNAUTHENTICATED);
    await expectRefused(`${head}.${forged}.${signature}`, UNAUTHENTICATED);
    expect((await use(token)).status).toBe(200);
  });

  it('is refused once its session has ended', async () => {
    const { token } = await server.account();
    expect((await use(token)).status).toBe(200);
    expect((await server.rest.as(token).post('/auth/logout')).status).toBe(204);
    await expectRefused(token, SESSION_REVOKED);
  });
});

describe('key in a token header', () => {
  let keyServer: Server;
  const fetched: (string | undefined)[] = [];
  const jwk = { kty: 'oct', kid: 'main', alg: 'HS256', k: Buffer.from(FOREIGN).toString('base64url') };
  beforeAll(async () => {
    keyServer = createServer((request, response) => {
      fetched.push(request.url);
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => keyServer.close(resolve)));

  it.each(['jku', 'x5u', 'jwk', 'x5c'])('is ignored: %s', async (name) => {
    const url = `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/keys`;
    const value = { jku: url, x5u: url, jwk, x5c: [Buffer.from(FOREIGN).toString('base64')] }[name];
    for (const kid of ['main', 'theirs', undefined]) {
      await expectRefused(forgeJwt({ ...header, [name]: value, kid }, claims, FOREIGN), UNAUTHENTICATED);
    }
    expect((await use(forgeJwt({ ...header, [name]: value }, claims, SECRET))).status).toBe(200);
    expect(fetched).toEqual([]);
  });
});

describe('key rotation', () => {
  let rotating: TestServer;
  let before: TestServer;
  let after: TestServer;
  const [first, second] = [newSecret(), newSecret()];
  beforeAll(async () => {
    before = await TestServer.start({ JWT_KEYS: `first:${first}` });
    rotating = await before.beside({ JWT_KEYS: `second:${second},first:${first}` });
    after = await before.beside({ JWT_KEYS: `second:${second}` });
  });
  afterAll(async () => {
    await after.stop();
    await rotating.stop();
    await before.stop();
  });

  it('accepts both keys during the rotation, signs with the newest, and then refuses the removed one', async () => {
    const { auth } = await before.account();
    expect(decodeJwt(auth.accessToken).header.kid).toBe('first');
    expect((await rotating.rest.as(auth.accessToken).get('/users/me')).status).toBe(200);

    const { status, body: renewed } = await rotating.rest.post('/auth/refresh', { refreshToken: auth.refreshToken });
    expect(status).toBe(200);
    expect(renewed.session.id).toBe(auth.session.id);
    expect(decodeJwt(renewed.accessToken).header.kid).toBe('second');
    for (const node of [rotating, after]) {
      expect((await node.rest.as(renewed.accessToken).get('/users/me')).status).toBe(200);
    }
    expectProblem(await before.rest.as(renewed.accessToken).get('/users/me'), UNAUTHENTICATED);
    expectProblem(await after.rest.as(auth.accessToken).get('/users/me'), UNAUTHENTICATED);
    expect((await after.rest.post('/auth/refresh', { refreshToken: renewed.refreshToken })).status).toBe(200);
  });

  it('refuses a refresh token of a removed key without ending its session', async () => {
    const { auth } = await before.account();
    expectProblem(await after.rest.post('/auth/refresh', { refreshToken: auth.refreshToken }), UNAUTHENTICATED);
    expect((await before.rest.post('/auth/refresh', { refreshToken: auth.refreshToken })).status).toBe(200);
  });

  it('returns the same successor on a node with the next key', async () => {
    const { auth } = await before.account();
    await before.rest.post('/auth/refresh', { refreshToken: auth.refreshToken });
    const { status, body } = await rotating.rest.post('/auth/refresh', { refreshToken: auth.refreshToken });
    expect(status).toBe(200);
    expect((await after.rest.post('/auth/refresh', { refreshToken: body.refreshToken })).status).toBe(200);
  });
});
