import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { Answer } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { ShiftedClock } from '../support/clock.js';
import { expectProblem, SESSION_REVOKED, TOKEN_REUSED, UNAUTHENTICATED } from '../support/problem.js';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;

let server: TestServer;
let clock: ShiftedClock;
const refresh = (refreshToken: string): Promise<Answer> => server.rest.post('/auth/refresh', { refreshToken });
const use = (accessToken: string): Promise<Answer> => server.rest.as(accessToken).get('/users/me');

beforeAll(async () => {
  server = await TestServer.start();
  clock = new ShiftedClock(server);
});
afterEach(() => clock.reset());
afterAll(() => server.stop());

describe('token refresh', () => {
  it('returns the next token pair of the same session, and extends the session', async () => {
    const { auth } = await server.account();
    clock.ahead(59 * DAY);
    const { status, body } = await refresh(auth.refreshToken);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(Object.keys(auth).sort());
    expect(body.user).toEqual(auth.user);
    expect(body.session).toEqual({ ...auth.session, lastSeenAt: body.session.lastSeenAt });
    expect(Date.parse(body.session.lastSeenAt)).toBeGreaterThan(Date.parse(auth.session.lastSeenAt) + 58 * DAY);
    expect(Date.parse(body.refreshTokenExpiresAt)).toBeGreaterThan(Date.parse(auth.refreshTokenExpiresAt) + 58 * DAY);
    expect(body.refreshToken).not.toBe(auth.refreshToken);
    expect(body.accessToken).not.toBe(auth.accessToken);
    expect((await use(body.accessToken)).status).toBe(200);

    clock.ahead(118 * DAY);
    expect((await refresh(body.refreshToken)).status).toBe(200);
  });

  it('fails when the session has expired', async () => {
    const { auth } = await server.account();
    clock.ahead(60 * DAY + SECOND);
    expectProblem(await refresh(auth.refreshToken), SESSION_REVOKED);
    expectProblem(await use(auth.accessToken), SESSION_REVOKED);
  });

  it('leaves the previous access token valid until it expires', async () => {
    const { auth } = await server.account();
    await refresh(auth.refreshToken);
    expect((await use(auth.accessToken)).status).toBe(200);
  });

  it('rejects forged and foreign tokens', async () => {
    const [{ auth }, { auth: other }] = [await server.account(), await server.account()];
    const own = Buffer.from(auth.refreshToken, 'base64url');
    const foreign = Buffer.from(other.refreshToken, 'base64url');
    const flipped = Buffer.from(own);
    flipped[flipped.length - 1]! ^= 1;
    const nextGeneration = Buffer.from(own);
    nextGeneration.writeUInt32BE(2, 16);
    const forged = [
      flipped,
      nextGeneration,
      Buffer.concat([own.subarray(0, 20), foreign.subarray(20)]),
      Buffer.concat([foreign.subarray(0, 16), own.subarray(16)]),
      own.subarray(0, 51),
      Buffer.concat([own, own]),
      Buffer.alloc(52),
    ].map((bytes) => bytes.toString('base64url'));
    for (const token of [...forged, `${auth.refreshToken}=`, ` ${auth.refreshToken}`, 'x', auth.accessToken]) {
      expectProblem(await refresh(token.slice(0, 256)), UNAUTHENTICATED);
    }
    expect((await refresh(auth.refreshToken)).status).toBe(200);
    expect((await refresh(other.refreshToken)).status).toBe(200);
  });
});

describe('repeated refresh', () => {
  it('returns the same successor at any time, until one of its tokens is used', async () => {
    const { auth } = await server.account();
    const { body: lost } = await refresh(auth.refreshToken);
    clock.ahead(10 * DAY);
    const { status, body: again } = await refresh(auth.refreshToken);
    expect(status).toBe(200);
    expect(again.refreshToken).toBe(lost.refreshToken);
    expect(again.session.id).toBe(auth.session.id);
    expect((await use(again.accessToken)).status).toBe(200);
    expect((await refresh(again.refreshToken)).status).toBe(200);
  });

  it('returns the same successor within 30 seconds after it was used (two tabs)', async () => {
    const { auth } = await server.account();
    const { body: first } = await refresh(auth.refreshToken);
    expect((await use(first.accessToken)).status).toBe(200);
    const { body: third } = await refresh(first.refreshToken);
    clock.ahead(25 * SECOND);
    const { status, body: second } = await refresh(auth.refreshToken);
    expect(status).toBe(200);
    expect(second.refreshToken).toBe(first.refreshToken);
    expect((await refresh(second.refreshToken)).body.refreshToken).toBe(third.refreshToken);
    expect((await use(second.accessToken)).status).toBe(200);
  });

  it('leads to one successor and one live session for 20 concurrent requests', async () => {
    const { auth } = await server.account();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(auth.refreshToken)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => body.refreshToken)).size).toBe(1);
    const { body } = await server.rest.as(answers[0]!.body.accessToken).get('/auth/sessions');
    expect(body.items).toEqual([expect.objectContaining({ id: auth.session.id })]);
    expect((await refresh(answers[19]!.body.refreshToken)).status).toBe(200);
  });
});

describe('refresh token reuse', () => {
  /**
   * Uses the successor of an account's first token with `confirm`, and presents the first token again after 31
   * seconds.
   */
  async function stolen(confirm: (successor: Answer['body']) => Promise<Pick<Answer, 'status' | 'body'>>) {
    const account = await server.account();
    const { body: successor } = await refresh(account.auth.refreshToken);
    const { status, body: newest } = await confirm(successor);
    expect(status).toBe(200);
    const elsewhere = await account.login();
    clock.ahead(31 * SECOND);
    return { account, successor, newest, elsewhere, answer: await refresh(account.auth.refreshToken) };
  }

  it('ends the session after its successor’s access token was used, and no other session', async () => {
    const { account, successor, elsewhere, answer } = await stolen(({ accessToken }) => use(accessToken));
    expectProblem(answer, TOKEN_REUSED);
    expectProblem(await use(account.token), SESSION_REVOKED);
    expectProblem(await use(successor.accessToken), SESSION_REVOKED);
    expectProblem(await refresh(successor.refreshToken), SESSION_REVOKED);
    expect((await use(elsewhere.accessToken)).status).toBe(200);
    expect((await refresh(elsewhere.refreshToken)).status).toBe(200);
    const { body } = await server.rest.as(elsewhere.accessToken).get('/auth/sessions');
    expect(body.items).toEqual([expect.objectContaining({ id: elsewhere.session.id })]);
  });

  it('ends the session after its successor’s refresh token was used, and no other session', async () => {
    const { successor, newest, elsewhere, answer } = await stolen(({ refreshToken }) => refresh(refreshToken));
    expectProblem(answer, TOKEN_REUSED);
    for (const { accessToken } of [successor, newest]) expectProblem(await use(accessToken), SESSION_REVOKED);
    expectProblem(await refresh(newest.refreshToken), SESSION_REVOKED);
    expect((await use(elsewhere.accessToken)).status).toBe(200);
  });

  it('ends the session after its successor was used on a socket', async () => {
    const { answer, elsewhere } = await stolen(async (successor) => {
      const device = TestSocket.open(server.origin, successor.accessToken);
      const ready = await device.next('session:ready');
      device.close();
      return { status: 200, body: ready };
    });
    expectProblem(answer, TOKEN_REUSED);
    expect((await use(elsewhere.accessToken)).status).toBe(200);
  });

  it('is answered with token_reused every time', async () => {
    const { account } = await stolen(({ accessToken }) => use(accessToken));
    expectProblem(await refresh(account.auth.refreshToken), TOKEN_REUSED);
  });

  it('is detected several rotations later', async () => {
    const { auth } = await server.account();
    let { refreshToken } = auth;
    for (let generation = 1; generation <= 4; generation++) ({ refreshToken } = (await refresh(refreshToken)).body);
    clock.ahead(31 * SECOND);
    expectProblem(await refresh(auth.refreshToken), TOKEN_REUSED);
    expectProblem(await refresh(refreshToken), SESSION_REVOKED);
  });
});
