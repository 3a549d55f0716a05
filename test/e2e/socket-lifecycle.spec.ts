import { once } from 'node:events';
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Server } from 'socket.io';
import { WebSocket } from 'ws';

import { SessionsService } from '../../src/sessions/sessions.service.js';
import type { Actor } from '../../src/common/actor.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import { StreamPositionsRepository } from '../../src/sync/stream-positions.repository.js';
import { ChatGateway } from '../../src/realtime/gateway/chat.gateway.js';
import { type Account, PASSWORD } from '../clients/account.js';
import { ShiftedClock } from '../support/clock.js';
import { TestSocket } from '../clients/test-socket.js';
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
import type { Answer } from '../clients/rest.js';
import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
/** Like native apps, Node's clients send no Origin header by default. */
const withOrigin = (origin: string): object => ({ extraHeaders: { origin } });

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

  describe('handshake', () => {
    it.each([['websocket'], ['polling']])('over %s ends with session:ready', async (transport) => {
      const device = await ann.connect({ transports: [transport] });
      const [ready] = device.all('session:ready');
      expect(ready).toEqual({
        userId: ann.id,
        sessionId: ann.auth.session.id,
        epoch: expect.stringMatching(/\S/),
        stateRev: 0,
        serverTime: expect.stringMatching(TIME),
        heartbeat: { intervalMs: 25_000, timeoutMs: 20_000 },
      });
      expect(Math.abs(Date.parse(ready.serverTime) - Date.now())).toBeLessThan(60_000);
      device.close();
    });

    it.each([
      ['no token', undefined, {}],
      ['an empty token', '', {}],
      ['a bad token', 'x.y.z', {}],
      ['a token that is no string', undefined, { auth: { token: { $ne: null } } }],
      ['a bad token in the header', undefined, { extraHeaders: { authorization: 'Bearer x.y.z' } }],
      ['a token of another scheme', undefined, { extraHeaders: { authorization: 'Basic eA==' } }],
    ])('with %s is refused on every transport', async (_, token, more) => {
      for (const transport of ['websocket', 'polling']) {
        const device = open(token, [transport], more);
        const error = await device.next('connect_error');
        expectProblemObject(error.data, UNAUTHENTICATED);
        expect(device.all('session:ready')).toEqual([]);
        device.close();
      }
    });

    it('accepts the token in the Authorization header', async () => {
      const device = open(undefined, ['websocket'], { extraHeaders: { authorization: `Bearer ${ann.token}` } });
      expect(await device.next('session:ready')).toMatchObject({ userId: ann.id });
      device.close();
    });

    it('is refused for an ended session', async () => {
      const over = await ann.login();
      await server.rest.as(over.accessToken).post('/auth/logout');
      const device = open(over.accessToken);
      expectProblemObject((await device.next('connect_error')).data, SESSION_REVOKED);
      device.close();
    });

    it('admits one socket per connection: several at once close it', async () => {
      const { websocket, heard } = barely(server);
      await once(websocket, 'message');
      const stream: TcpSocket = Reflect.get(websocket, '_socket');
      stream.cork();
      for (let times = 0; times < 20; times++) websocket.send(connectPacket(ann.token));
      stream.uncork();
      await once(websocket, 'close');
      expect(heard.filter((text) => text.includes('session:ready')).length).toBeLessThanOrEqual(1);
    });

    it('may be retried on the same connection after a refusal', async () => {
      const { websocket, heard } = barely(server);
      await once(websocket, 'message');
      for (const token of ['x.y.z', ann.token]) {
        websocket.send(connectPacket(token));
        await once(websocket, 'message');
      }
      await waitFor('the socket is ready', () => heard.some((text) => text.includes('session:ready')));
      expect(heard.map((text) => text.slice(0, 2))).toEqual(['0{', '44', '40', '42']);
      websocket.terminate();
    });

    it('refuses old protocol versions and unknown namespaces', async () => {
      const path = `${server.origin}/api/v1/ws/?transport=polling`;
      expect((await fetch(`${path}&EIO=4`)).status).toBe(200);
      for (const protocol of ['EIO=3', 'EIO=2', '']) expect((await fetch(`${path}&${protocol}`)).status).toBe(400);
      // The engine accepts the upgrade before it checks the version, and then sends the refusal.
      expect(await firstWords(server, 'EIO=3')).toMatch(/HTTP\/1\.1 400 .*Unsupported protocol version/s);
      expect(await firstWords(server, 'EIO=4')).toMatch(/HTTP\/1\.1 101 .*"sid"/s);

      const device = TestSocket.open(`${server.origin}/admin`, ann.token);
      await device.next('connect_error');
      device.close();
    });
  });

  it('does not recover an earlier connection, which would bypass the token check', async () => {
    const before = await ann.connect();
    expect(Reflect.get(before.socket, '_pid')).toBeUndefined();
    const id = before.socket.id;
    before.close();
    const recovering = { auth: { token: ann.token, pid: id, offset: 'x' } };
    const after = open(ann.token, ['websocket'], recovering);
    await after.next('session:ready');
    expect(after.socket.recovered).toBeFalsy();
    expect(after.socket.id).not.toBe(id);
    after.close();
    const { auth } = await server.account();
    await server.rest.as(auth.accessToken).post('/auth/logout');
    const gone = open(auth.accessToken, ['websocket'], { auth: { ...recovering.auth, token: auth.accessToken } });
    expectProblemObject((await gone.next('connect_error')).data, SESSION_REVOKED);
    gone.close();
  });

  describe('from a web page', () => {
    it.each([['websocket'], ['polling']])(
      'connects over %s from allowed origins, and without one',
      async (transport) => {
        for (const more of [withOrigin('https://chat.test'), withOrigin(server.origin), {}]) {
          const device = open(ann.token, [transport], more);
          expect(await device.next('session:ready')).toMatchObject({ userId: ann.id });
          device.close();
        }
      },
    );

    it.each([['websocket'], ['polling']])('is refused over %s from any other origin', async (transport) => {
      for (const origin of [
        'https://evil.test',
        'http://chat.test',
        'https://chat.test.evil.test',
        'https://chat.test:8443',
        'null',
      ]) {
        const device = open(ann.token, [transport], withOrigin(origin));
        const error = await device.next('connect_error');
        expect(error.data).toBeUndefined();
        expect(device.all('session:ready')).toEqual([]);
        device.close();
      }
    });

    it('has CORS headers for allowed origins only', async () => {
      const allowOf = async (origin: string, method: string): Promise<string | null> =>
        (
          await fetch(`${server.origin}/api/v1/ws/?EIO=4&transport=polling`, { method, headers: { origin } })
        ).headers.get('access-control-allow-origin');
      for (const method of ['GET', 'OPTIONS']) {
        expect(await allowOf('https://chat.test', method)).toBe('https://chat.test');
        expect(await allowOf('https://evil.test', method)).not.toBe('https://evil.test');
        expect(await allowOf('https://evil.test', method)).not.toBe('*');
      }
    });
  });

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

  describe('after disconnecting', () => {
    let quiet: TestServer;
    let leaver: Account;
    beforeAll(async () => {
      quiet = await TestServer.start({ PING_INTERVAL_MS: '1000', PING_TIMEOUT_MS: '1000' });
      leaver = await quiet.account('leaver');
      await leaver.rest.post('/conversations', { type: 'group' });
    });
    afterAll(() => quiet.stop());

    const openQuiet = (...transports: string[]): TestSocket => TestSocket.open(quiet.origin, leaver.token, transports);
    const abort = (device: TestSocket): void => {
      const { transport } = device.socket.io.engine as unknown as { transport: { ws: { terminate(): void } } };
      transport.ws.terminate();
    };

    it.each<[string, () => Promise<unknown>]>([
      ['says goodbye', async () => (await leaver.connect()).close()],
      ['disconnects over polling', async () => (await leaver.connect({ transports: ['polling'] })).close()],
      ['is cut off', async () => abort(await leaver.connect())],
      ['disconnects before the connection is open', async () => openQuiet('websocket').close()],
      [
        'is cut off after the connection is open, before the handshake',
        async () => {
          const device = openQuiet('websocket');
          await engineOpen(device);
          abort(device);
        },
      ],
      [
        'is cut off after the handshake, before its subscription',
        async () => {
          const device = openQuiet('websocket');
          await connected(device);
          abort(device);
        },
      ],
      [
        'disconnects after the handshake',
        async () => {
          const device = openQuiet('websocket');
          await connected(device);
          device.close();
        },
      ],
      [
        'is cut off during its subscription',
        async () => {
          const device = openQuiet('websocket');
          const cutOff = async (): Promise<void> => {
            abort(device);
            await waitFor('the server has noticed', () => io(quiet).of('/').sockets.size === 0);
          };
          await during(quiet.running.app.get(StreamPositionsRepository), 'of', cutOff, () => device.next('disconnect'));
        },
      ],
      [
        'stops polling',
        async () => {
          const url = `${quiet.origin}/api/v1/ws/?EIO=4&transport=polling`;
          const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
          const body = `40${JSON.stringify({ token: leaver.token })}`;
          expect((await fetch(`${url}&sid=${sid}`, { method: 'POST', body })).status).toBe(200);
          await waitFor('it is connected', () => socketsOf(quiet, leaver) > 0);
        },
      ],
      ['opens a websocket and stays silent', async () => (await upgraded(quiet, 'EIO=4')).destroy()],
      [
        'is cut off during a command',
        async () => {
          const device = await leaver.connect();
          device.socket.emit('conversation:create', { type: 'group' });
          device.socket.emit('message:list', {});
          abort(device);
        },
      ],
    ])('leaves no state on the server: %s', async (_, leave) => {
      await leave();
      await waitFor('no state is left', () => isEmpty(quiet, leaver));
    });

    it('leaves no state on the server: 50 clients at once, in every way', async () => {
      const devices = Array.from({ length: 50 }, (_, index) => openQuiet(index % 3 === 0 ? 'polling' : 'websocket'));
      await waitFor('some are connected', () => devices.some((device) => device.all('session:ready').length > 0));
      devices.forEach((device, index) => {
        if (index % 2 === 0 || index % 3 === 0 || !device.socket.connected) device.close();
        else abort(device);
      });
      await waitFor('no state is left', () => isEmpty(quiet, leaver));
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

/** Runs `meanwhile` after each call of a method, until `work` ends; then waits for the calls to finish. */
async function during<T extends object>(
  service: T,
  method: keyof T & string,
  meanwhile: (result: unknown) => Promise<unknown>,
  work: () => Promise<unknown>,
): Promise<void> {
  const original = Reflect.get(service, method) as (...args: unknown[]) => Promise<unknown>;
  const calls: Promise<unknown>[] = [];
  const replacement = (...args: unknown[]): Promise<unknown> => {
    const call = original.apply(service, args).then(async (result) => {
      await meanwhile(result);
      return result;
    });
    calls.push(call);
    return call;
  };
  Reflect.set(service, method, replacement);
  try {
    await work();
    await Promise.all(calls);
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    Reflect.deleteProperty(service, method);
  }
}

/** Resolves when the transport is open, before the Socket.IO handshake. */
const engineOpen = (device: TestSocket): Promise<void> =>
  new Promise((resolve) => device.socket.io.engine.once('open', () => resolve()));

/** Resolves after the Socket.IO handshake, before the subscription ends. */
const connected = (device: TestSocket): Promise<void> =>
  new Promise((resolve) => device.socket.once('connect', () => resolve()));

const nodesOf = (server: TestServer): Server[] => server.nodes.map(({ app }) => app.get(ChatGateway).io);

/** Of the first node. */
const io = (server: TestServer): Server => nodesOf(server)[0]!;

const clientsOf = (node: Server): Record<string, { transport: { closeTimeout: number } }> =>
  Reflect.get(node.engine, 'clients') as Record<string, { transport: { closeTimeout: number } }>;

const socketsOf = (server: TestServer, { id }: Account): number =>
  nodesOf(server).reduce((sum, node) => sum + (node.of('/').adapter.rooms.get(`user:${id}`)?.size ?? 0), 0);

/** Whether the server holds no state of the connections. */
function isEmpty(server: TestServer, user: Account): boolean {
  return nodesOf(server).every((node, index) => {
    // The engine waits up to 30 seconds for a silent polling client to fetch its close packet.
    for (const { transport } of Object.values(clientsOf(node))) transport.closeTimeout = 0;
    const { adapter, sockets } = node.of('/');
    return (
      adapter.rooms.size === 0 &&
      adapter.sids.size === 0 &&
      sockets.size === 0 &&
      node.engine.clientsCount === 0 &&
      !server.nodes[index]!.app.get(OnlineUsers).has(user.id)
    );
  });
}

/** The Socket.IO packet that opens a socket. */
const connectPacket = (token: string): string => `40${JSON.stringify({ token })}`;

/** A plain websocket, and all messages that it received. */
function barely(server: TestServer): { websocket: WebSocket; heard: string[] } {
  const websocket = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/ws/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  websocket.on('message', (data: Buffer) => heard.push(data.toString()));
  return { websocket, heard };
}

/** A websocket connection without a Socket.IO handshake. */
async function upgraded(server: TestServer, query: string): Promise<TcpSocket> {
  const socket = connectTcp(server.running.port, '127.0.0.1');
  socket.write(
    `GET /api/v1/ws/?transport=websocket&${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

/** The first bytes that the server sends to a new websocket. */
async function firstWords(server: TestServer, query: string): Promise<string> {
  const socket = await upgraded(server, query);
  let words = '';
  socket.on('data', (chunk) => (words += String(chunk)));
  await waitFor('the server has answered', () => /"sid"|version/.test(words));
  socket.destroy();
  return words;
}
