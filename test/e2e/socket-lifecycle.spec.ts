import { once } from 'node:events';
import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Server } from 'socket.io';
import { WebSocket } from 'ws';

import { SessionsService } from '../../src/sessions/sessions.service.js';
import type { Actor } from '../../src/common/actor.js';
import { OnlineUsers } from '../../src/presence/online-users.js';
import { StreamPositionsService } from '../../src/sync/stream-positions.store.js';
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
/** Node's clients send no Origin by themselves, as native apps. */
const withOrigin = (origin: string): object => ({ extraHeaders: { origin } });

describe('a socket', () => {
  let server: TestServer;
  let ann: Account;
  const open = (token?: string, transports?: string[], more?: object): TestSocket =>
    TestSocket.open(server.origin, token, transports, more);

  beforeAll(async () => {
    server = await TestServer.start({ CORS_ORIGINS: 'https://chat.test' });
    ann = await server.account('ann');
  });
  afterAll(() => server.stop());

  describe('connecting', () => {
    it.each([['websocket'], ['polling']])(
      'is told over %s who it is, and how the server keeps time',
      async (transport) => {
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
      },
    );

    it.each([
      ['no token', undefined, {}],
      ['an empty token', '', {}],
      ['a bad token', 'x.y.z', {}],
      ['a token that is no text', undefined, { auth: { token: { $ne: null } } }],
      ['a bad token in the header', undefined, { extraHeaders: { authorization: 'Bearer x.y.z' } }],
      ['a token of another scheme', undefined, { extraHeaders: { authorization: 'Basic eA==' } }],
    ])('is refused with %s, on every transport', async (_, token, more) => {
      for (const transport of ['websocket', 'polling']) {
        const device = open(token, [transport], more);
        const error = await device.next('connect_error');
        expectProblemObject(error.data, UNAUTHENTICATED);
        expect(device.all('session:ready')).toEqual([]);
        device.close();
      }
    });

    it('takes the token from the Authorization header too', async () => {
      const device = open(undefined, ['websocket'], { extraHeaders: { authorization: `Bearer ${ann.token}` } });
      expect(await device.next('session:ready')).toMatchObject({ userId: ann.id });
      device.close();
    });

    it('is refused when its session is over', async () => {
      const over = await ann.login();
      await server.rest.as(over.accessToken).post('/auth/logout');
      const device = open(over.accessToken);
      expectProblemObject((await device.next('connect_error')).data, SESSION_REVOKED);
      device.close();
    });

    it('is the one of its connection: several that come over it at once end it', async () => {
      const { websocket, heard } = barely(server);
      await once(websocket, 'message');
      const stream: TcpSocket = Reflect.get(websocket, '_socket');
      stream.cork();
      for (let times = 0; times < 20; times++) websocket.send(connectPacket(ann.token));
      stream.uncork();
      await once(websocket, 'close');
      expect(heard.filter((text) => text.includes('session:ready')).length).toBeLessThanOrEqual(1);
    });

    it('may come over a connection where another was refused', async () => {
      const { websocket, heard } = barely(server);
      await once(websocket, 'message');
      for (const token of ['x.y.z', ann.token]) {
        websocket.send(connectPacket(token));
        await once(websocket, 'message');
      }
      await waitFor('it is ready', () => heard.some((text) => text.includes('session:ready')));
      expect(heard.map((text) => text.slice(0, 2))).toEqual(['0{', '44', '40', '42']);
      websocket.terminate();
    });

    it('is refused an old protocol, and a namespace that does not exist', async () => {
      const path = `${server.origin}/api/v1/ws/?transport=polling`;
      expect((await fetch(`${path}&EIO=4`)).status).toBe(200);
      for (const protocol of ['EIO=3', 'EIO=2', '']) expect((await fetch(`${path}&${protocol}`)).status).toBe(400);
      // The engine accepts the upgrade before it looks at the version; what it then says is that it refuses.
      expect(await firstWords(server, 'EIO=3')).toMatch(/HTTP\/1\.1 400 .*Unsupported protocol version/s);
      expect(await firstWords(server, 'EIO=4')).toMatch(/HTTP\/1\.1 101 .*"sid"/s);

      const device = TestSocket.open(`${server.origin}/admin`, ann.token);
      await device.next('connect_error');
      device.close();
    });
  });

  it('gets nothing of an earlier connection back, which would pass by the check of its token', async () => {
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

  describe('of a web page', () => {
    it.each([['websocket'], ['polling']])(
      'connects over %s from an origin on the list, and from none',
      async (transport) => {
        for (const more of [withOrigin('https://chat.test'), withOrigin(server.origin), {}]) {
          const device = open(ann.token, [transport], more);
          expect(await device.next('session:ready')).toMatchObject({ userId: ann.id });
          device.close();
        }
      },
    );

    it.each([['websocket'], ['polling']])('does not connect over %s from any other', async (transport) => {
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

    it('gets CORS headers for an origin on the list only', async () => {
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

  describe('whose session ends', () => {
    /** Two sockets of one session, one of another session of the same user, and one of somebody else. */
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

    /** Alive, and not only for lack of having heard: a command is answered. */
    async function expectAlive(...devices: TestSocket[]): Promise<void> {
      for (const device of devices) {
        expect(await device.emit('conversation:create', { type: 'group' })).toMatchObject({ ok: true });
        expect(device.all('session:ended')).toEqual([]);
      }
    }

    it.each<[string, string, (user: Account, ending: Answer['body']) => Promise<Answer>]>([
      ['it logs out', 'logged_out', (_, { accessToken }) => server.rest.as(accessToken).post('/auth/logout')],
      ['it is revoked', 'revoked', (user, { session }) => user.rest.delete(`/auth/sessions/${session.id}`)],
      [
        'the password is changed elsewhere',
        'password_changed',
        (user) => user.rest.post('/auth/password', { currentPassword: PASSWORD, newPassword: `${PASSWORD}!` }),
      ],
    ])('is told so and closed when %s: %s; others stay', async (_, reason, end) => {
      const { user, ending, sockets, own, other } = await devices();
      expect((await end(user, ending)).status).toBe(204);
      await expectEnded(sockets, reason);
      await expectAlive(own, other);
      expectProblemObject((await server.rest.as(ending.accessToken).get('/users/me')).body, SESSION_REVOKED);
    });

    it('is told so and closed when the device logs in again: replaced; others stay', async () => {
      const { user, sockets, own, other } = await devices({ id: 'phone-1' });
      const renewed = await user.login({ id: 'phone-1' });
      await expectEnded(sockets, 'replaced');
      await expectAlive(own, other, await user.connect({ token: renewed.accessToken }));
    });

    it('is told so and closed when a stolen refresh token is presented: token_reused; others stay', async () => {
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

    it('is closed with all the others when every session ends', async () => {
      const { user, sockets, own, other } = await devices();
      expect((await user.rest.post('/auth/logout-all')).status).toBe(204);
      await expectEnded([...sockets, own], 'logged_out');
      await expectAlive(other);
    });

    it.each<[string, (device: TestSocket) => Promise<unknown>]>([
      ['on its way', () => Promise.resolve()],
      ['saying hello', (device) => engineOpen(device)],
      ['being subscribed', (device) => connected(device)],
    ])('is closed also when that happens while it is %s, ten times over', async (_, reached) => {
      const user = await server.account();
      for (let round = 0; round < 10; round++) {
        const ending = await user.login();
        const device = open(ending.accessToken);
        await reached(device);
        expect((await user.rest.delete(`/auth/sessions/${ending.session.id}`)).status).toBe(204);
        await waitFor(
          'the socket is let go',
          () => device.all('connect_error').length + device.all('disconnect').length > 0,
        );
        const [refusal] = device.all('connect_error');
        if (refusal) expectProblemObject(refusal.data, SESSION_REVOKED);
        else expect(device.all('session:ended')).toEqual([{ reason: 'revoked' }]);
        expect(device.socket.connected).toBe(false);
      }
      expect(socketsOf(server, user)).toBe(0);
    });

    it('is closed also when that happens just after its token was found good', async () => {
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

    it('is closed also when that happens in the middle of its subscription', async () => {
      const user = await server.account();
      const actor = { userId: user.id, sessionId: user.auth.session.id };
      const end = (): Promise<void> => server.running.app.get(SessionsService).logout(actor);
      await during(server.running.app.get(StreamPositionsService), 'of', end, async () => {
        const device = open(user.token);
        expect(await device.next('session:ended')).toEqual({ reason: 'logged_out' });
        await device.next('disconnect');
        expect(device.all('session:ready')).toEqual([]);
      });
      expect(socketsOf(server, user)).toBe(0);
    });
  });

  describe('bringing a new token', () => {
    it('refuses one of another user, and one of another session', async () => {
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

    it('refuses garbage, and stays', async () => {
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

  describe('that goes away', () => {
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
      ['says goodbye over polling', async () => (await leaver.connect({ transports: ['polling'] })).close()],
      ['is cut off', async () => abort(await leaver.connect())],
      ['gives up before the connection is open', async () => openQuiet('websocket').close()],
      [
        'gives up once the connection is open, before the handshake',
        async () => {
          const device = openQuiet('websocket');
          await engineOpen(device);
          abort(device);
        },
      ],
      [
        'gives up right after the handshake, before it is subscribed',
        async () => {
          const device = openQuiet('websocket');
          await connected(device);
          abort(device);
        },
      ],
      [
        'says goodbye right after the handshake',
        async () => {
          const device = openQuiet('websocket');
          await connected(device);
          device.close();
        },
      ],
      [
        'is cut off in the middle of its subscription',
        async () => {
          const device = openQuiet('websocket');
          const cutOff = async (): Promise<void> => {
            abort(device);
            await waitFor('the server has noticed', () => io(quiet).of('/').sockets.size === 0);
          };
          await during(quiet.running.app.get(StreamPositionsService), 'of', cutOff, () => device.next('disconnect'));
        },
      ],
      [
        'stops polling without a word',
        async () => {
          const url = `${quiet.origin}/api/v1/ws/?EIO=4&transport=polling`;
          const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1)) as { sid: string };
          const body = `40${JSON.stringify({ token: leaver.token })}`;
          expect((await fetch(`${url}&sid=${sid}`, { method: 'POST', body })).status).toBe(200);
          await waitFor('it is connected', () => socketsOf(quiet, leaver) > 0);
        },
      ],
      ['opens a websocket and says nothing', async () => (await upgraded(quiet, 'EIO=4')).destroy()],
      [
        'goes away in the middle of a command',
        async () => {
          const device = await leaver.connect();
          device.socket.emit('conversation:create', { type: 'group' });
          device.socket.emit('message:list', {});
          abort(device);
        },
      ],
    ])('leaves nothing behind: it %s', async (_, leave) => {
      await leave();
      await waitFor('nothing is left', () => isEmpty(quiet, leaver));
    });

    it('leaves nothing behind: fifty come and go at once, in every way', async () => {
      const devices = Array.from({ length: 50 }, (_, index) => openQuiet(index % 3 === 0 ? 'polling' : 'websocket'));
      await waitFor('some are in', () => devices.some((device) => device.all('session:ready').length > 0));
      devices.forEach((device, index) => {
        if (index % 2 === 0 || index % 3 === 0 || !device.socket.connected) device.close();
        else abort(device);
      });
      await waitFor('nothing is left', () => isEmpty(quiet, leaver));
    });
  });
});

describe('a socket whose access token expires', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ ACCESS_TOKEN_TTL: '2s' });
  });
  afterAll(() => server.stop());

  it('is warned, told, and closed; the token is refused from then on', async () => {
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

  it('lives on when it brings the next token in time', async () => {
    const user = await server.account();
    const [refreshing, silent] = [await user.connect(), await user.connect()];
    await refreshing.next('session:expiring');
    const { body: renewed } = await server.rest.post('/auth/refresh', { refreshToken: user.auth.refreshToken });
    expect(decodeJwt(renewed.accessToken).claims.exp).toBeGreaterThanOrEqual(decodeJwt(user.token).claims.exp);
    expect(await refreshing.emit('session:refresh', { accessToken: renewed.accessToken })).toEqual({
      ok: true,
      data: { accessTokenExpiresAt: renewed.accessTokenExpiresAt },
    });
    // The next token has its own expiry, of which the socket is warned anew.
    expect(await refreshing.next('session:expiring')).toEqual({ expiresAt: renewed.accessTokenExpiresAt });
    expect(await silent.next('session:ended')).toEqual({ reason: 'expired' });
    expect(await refreshing.next('session:ended')).toEqual({ reason: 'expired' });
    expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(renewed.accessTokenExpiresAt));
  });
});

/** Does something at the end of each call of a method while `work` runs; then what the calls led to has happened too. */
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

/** The transport is open; the handshake of the namespace is still to come. */
const engineOpen = (device: TestSocket): Promise<void> =>
  new Promise((resolve) => device.socket.io.engine.once('open', () => resolve()));

/** The handshake is done; the subscription has only begun. */
const connected = (device: TestSocket): Promise<void> =>
  new Promise((resolve) => device.socket.once('connect', () => resolve()));

const nodesOf = (server: TestServer): Server[] => server.nodes.map(({ app }) => app.get(ChatGateway).io);

/** Of the first node. */
const io = (server: TestServer): Server => nodesOf(server)[0]!;

const clientsOf = (node: Server): Record<string, { transport: { closeTimeout: number } }> =>
  Reflect.get(node.engine, 'clients') as Record<string, { transport: { closeTimeout: number } }>;

const socketsOf = (server: TestServer, { id }: Account): number =>
  nodesOf(server).reduce((sum, node) => sum + (node.of('/').adapter.rooms.get(`user:${id}`)?.size ?? 0), 0);

/** Whether the server holds nothing of anybody who was connected. */
function isEmpty(server: TestServer, user: Account): boolean {
  return nodesOf(server).every((node, index) => {
    // The engine would keep a timer of 30 seconds for the farewell that a silent polling client does not fetch.
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

/** Asks for a socket, by Socket.IO's protocol over the engine's. */
const connectPacket = (token: string): string => `40${JSON.stringify({ token })}`;

/** A websocket without a client of Socket.IO on it, and all that it hears. */
function barely(server: TestServer): { websocket: WebSocket; heard: string[] } {
  const websocket = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/ws/?EIO=4&transport=websocket`);
  const heard: string[] = [];
  websocket.on('message', (data: Buffer) => heard.push(data.toString()));
  return { websocket, heard };
}

/** A websocket that only the engine knows of. */
async function upgraded(server: TestServer, query: string): Promise<TcpSocket> {
  const socket = connectTcp(server.running.port, '127.0.0.1');
  socket.write(
    `GET /api/v1/ws/?transport=websocket&${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}

/** What the server says to a new websocket before it hears anything. */
async function firstWords(server: TestServer, query: string): Promise<string> {
  const socket = await upgraded(server, query);
  let words = '';
  socket.on('data', (chunk) => (words += String(chunk)));
  await waitFor('it has spoken', () => /"sid"|version/.test(words));
  socket.destroy();
  return words;
}
