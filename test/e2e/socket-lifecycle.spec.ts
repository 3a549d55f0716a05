import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Actor } from '../../src/common/actor.js';
import { SessionsService } from '../../src/sessions/sessions.service.js';
import { StreamPositionsRepository } from '../../src/sync/stream-positions.repository.js';
import { type Account, PASSWORD } from '../clients/account.js';
import type { Answer } from '../clients/rest.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { ShiftedClock } from '../support/clock.js';
import { decodeJwt } from '../support/jwt.js';
import {
  expectProblemObject,
  expectRefusal,
  FORBIDDEN,
  invalid,
  SESSION_REVOKED,
  TOKEN_EXPIRED,
  UNAUTHENTICATED,
} from '../support/problem.js';
import { connected, during, engineOpen, socketsOf } from '../support/socket-probes.js';
import { waitFor } from '../support/wait-for.js';

describe('socket', () => {
  let server: TestServer;
  let ann: Account;
  const open = (token?: string, transports?: string[], more?: object): TestSocket =>
    TestSocket.open(server.origin, token, transports, more);

  beforeAll(async () => {
    server = await TestServer.start({ CORS_ORIGINS: 'https://chat.test' });
    ann = await server.account('ann');
  });
  afterAll(() => server.stop());

  describe('of an ended session', () => {
    /** Two sockets of one session, one of another session of the same user, and one of another user. */
    async function devices(device?: object) {
      const user = await server.account();
      const ending = await user.login(device);
      const sockets = [
        await user.connect({ token: ending.accessToken }),
        await user.connect({ token: ending.accessToken, transports: ['polling'] }),
      ];
      return { user, ending, sockets, own: await user.connect(), other: await ann.connect() };
    }

    async function expectEnded(sockets: TestSocket[], reason: string): Promise<void> {
      for (const device of sockets) {
        expect(await device.next('session:ended')).toEqual({ reason });
        expect(await device.next('disconnect')).toMatch(/io server disconnect|transport close/);
        expect(device.seen.filter(({ name }) => name === 'session:ended')).toHaveLength(1);
      }
    }

    /** Alive: a command is acknowledged. */
    async function expectAlive(...devices: TestSocket[]): Promise<void> {
      for (const device of devices) {
        expect(await device.emit('conversation:create', { type: 'group' })).toMatchObject({ ok: true });
        expect(device.all('session:ended')).toEqual([]);
      }
    }

    it.each<[string, string, (user: Account, ending: Answer['body']) => Promise<Answer>]>([
      ['the session logs out', 'logged_out', (_, { accessToken }) => server.rest.as(accessToken).post('/auth/logout')],
      ['the session is revoked', 'revoked', (user, { session }) => user.rest.delete(`/auth/sessions/${session.id}`)],
      [
        'the password is changed elsewhere',
        'password_changed',
        (user) => user.rest.post('/auth/password', { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }),
      ],
    ])('gets session:ended and is closed when %s: %s; others stay', async (_, reason, end) => {
      const { user, ending, sockets, own, other } = await devices();
      expect((await end(user, ending)).status).toBe(204);
      await expectEnded(sockets, reason);
      await expectAlive(own, other);
      expectProblemObject((await server.rest.as(ending.accessToken).get('/users/me')).body, SESSION_REVOKED);
    });

    it('gets session:ended and is closed when the device logs in again: replaced; others stay', async () => {
      const { user, sockets, own, other } = await devices({ id: 'phone-1' });
      const renewed = await user.login({ id: 'phone-1' });
      await expectEnded(sockets, 'replaced');
      await expectAlive(own, other, await user.connect({ token: renewed.accessToken }));
    });

    it('gets session:ended and is closed when a refresh token is reused: token_reused; others stay', async () => {
      const { ending, sockets, own, other } = await devices();
      const refresh = (refreshToken: string): Promise<Answer> => server.rest.post('/auth/refresh', { refreshToken });
      const { body: renewed } = await refresh(ending.refreshToken);
      await refresh(renewed.refreshToken);
      const clock = new ShiftedClock(server);
      clock.ahead(31_000);
      expect(await refresh(ending.refreshToken)).toMatchObject({ status: 401, body: { code: 'token_reused' } });
      clock.reset();
      await expectEnded(sockets, 'token_reused');
      await expectAlive(own, other);
    });

    it('is closed with all others by logout-all', async () => {
      const { user, sockets, own, other } = await devices();
      expect((await user.rest.post('/auth/logout-all')).status).toBe(204);
      await expectEnded([...sockets, own], 'logged_out');
      await expectAlive(other);
    });

    it.each<[string, (device: TestSocket) => Promise<unknown>]>([
      ['connecting', () => Promise.resolve()],
      ['saying hello', (device) => engineOpen(device)],
      ['being subscribed', (device) => connected(device)],
    ])('is closed when the session ends while it is %s, ten times in a row', async (_, reached) => {
      const user = await server.account();
      for (let round = 0; round < 10; round++) {
        const ending = await user.login();
        const device = open(ending.accessToken);
        await reached(device);
        expect((await user.rest.delete(`/auth/sessions/${ending.session.id}`)).status).toBe(204);
        await waitFor(
          'the socket is closed',
          () => device.all('connect_error').length + device.all('disconnect').length > 0,
        );
        const [refusal] = device.all('connect_error');
        if (refusal) expectProblemObject(refusal.data, SESSION_REVOKED);
        else expect(device.all('session:ended')).toEqual([{ reason: 'revoked' }]);
        expect(device.socket.connected).toBe(false);
      }
      expect(socketsOf(server, user)).toBe(0);
    });

    it('is closed when the session ends right after its token was accepted', async () => {
      const user = await server.account();
      const sessions = server.running.app.get(SessionsService);
      await during(
        sessions,
        'authenticate',
        (actor) => sessions.logout(actor as Actor),
        async () => {
          const device = open(user.token);
          expect(await device.next('session:ended')).toEqual({ reason: 'logged_out' });
          await device.next('disconnect');
          expect(device.all('session:ready')).toEqual([]);
        },
      );
      expect(socketsOf(server, user)).toBe(0);
    });

    it('is closed when the session ends during its subscription', async () => {
      const user = await server.account();
      const actor = { userId: user.id, sessionId: user.auth.session.id };
      const end = (): Promise<void> => server.running.app.get(SessionsService).logout(actor);
      await during(server.running.app.get(StreamPositionsRepository), 'of', end, async () => {
        const device = open(user.token);
        expect(await device.next('session:ended')).toEqual({ reason: 'logged_out' });
        await device.next('disconnect');
        expect(device.all('session:ready')).toEqual([]);
      });
      expect(socketsOf(server, user)).toBe(0);
    });
  });

  describe('session:refresh', () => {
    it('refuses the token of another user or session', async () => {
      const [user, other] = [await server.account(), await server.account()];
      const device = await user.connect();
      const elsewhere = await user.login();
      for (const accessToken of [other.token, elsewhere.accessToken]) {
        expectRefusal(await device.emit('session:refresh', { accessToken }), FORBIDDEN);
      }
      expect(await device.emit('session:refresh', { accessToken: user.token })).toEqual({
        ok: true,
        data: { accessTokenExpiresAt: user.auth.accessTokenExpiresAt },
      });
    });

    it('refuses an invalid token, and leaves the socket open', async () => {
      const device = await ann.connect();
      for (const accessToken of ['x', 'x.y.z', ann.auth.refreshToken, `${ann.token}x`]) {
        expectRefusal(await device.emit('session:refresh', { accessToken }), UNAUTHENTICATED);
      }
      for (const payload of [{}, { accessToken: '' }, { accessToken: 7 }, { accessToken: 'x'.repeat(5_000) }]) {
        expectRefusal(await device.emit('session:refresh', payload), invalid('accessToken'));
      }
      expect(device.socket.connected).toBe(true);
      device.close();
    });
  });
});

describe('socket with an expiring access token', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ ACCESS_TOKEN_TTL: '2s' });
  });
  afterAll(() => server.stop());

  it('gets session:expiring, then session:ended, and is closed', async () => {
    const user = await server.account();
    const device = await user.connect();
    const expiresAt = user.auth.accessTokenExpiresAt;
    expect(await device.next('session:expiring')).toEqual({ expiresAt });
    expect(await device.next('session:ended')).toEqual({ reason: 'expired' });
    expect(await device.next('disconnect')).toMatch(/io server disconnect|transport close/);
    expect(device.seen.map(({ name }) => name)).toEqual([
      'session:ready',
      'session:expiring',
      'session:ended',
      'disconnect',
    ]);
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(expiresAt));

    const late = TestSocket.open(server.origin, user.token);
    expectProblemObject((await late.next('connect_error')).data, TOKEN_EXPIRED);
    late.close();
  });

  it('stays open when it sends a new token in time', async () => {
    const user = await server.account();
    const [refreshing, silent] = [await user.connect(), await user.connect()];
    await refreshing.next('session:expiring');
    const { body: renewed } = await server.rest.post('/auth/refresh', { refreshToken: user.auth.refreshToken });
    expect(decodeJwt(renewed.accessToken).claims.exp).toBeGreaterThanOrEqual(decodeJwt(user.token).claims.exp);
    expect(await refreshing.emit('session:refresh', { accessToken: renewed.accessToken })).toEqual({
      ok: true,
      data: { accessTokenExpiresAt: renewed.accessTokenExpiresAt },
    });
    // The new token has its own expiry, with a warning of its own.
    expect(await refreshing.next('session:expiring')).toEqual({ expiresAt: renewed.accessTokenExpiresAt });
    expect(await silent.next('session:ended')).toEqual({ reason: 'expired' });
    expect(await refreshing.next('session:ended')).toEqual({ reason: 'expired' });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(renewed.accessTokenExpiresAt));
  });
});
