import { once } from 'node:events';
import { type Socket as TcpSocket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';

import { type Account } from '../clients/account.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { expectProblemObject, SESSION_REVOKED, UNAUTHENTICATED } from '../support/problem.js';
import { upgraded } from '../support/socket-probes.js';
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
      const { websocket, received } = openWebsocket(server);
      await once(websocket, 'message');
      const stream: TcpSocket = Reflect.get(websocket, '_socket');
      stream.cork();
      for (let times = 0; times < 20; times++) websocket.send(connectPacket(ann.token));
      stream.uncork();
      await once(websocket, 'close');
      expect(received.filter((text) => text.includes('session:ready')).length).toBeLessThanOrEqual(1);
    });

    it('may be retried on the same connection after a refusal', async () => {
      const { websocket, received } = openWebsocket(server);
      await once(websocket, 'message');
      for (const token of ['x.y.z', ann.token]) {
        websocket.send(connectPacket(token));
        await once(websocket, 'message');
      }
      await waitFor('the socket is ready', () => received.some((text) => text.includes('session:ready')));
      expect(received.map((text) => text.slice(0, 2))).toEqual(['0{', '44', '40', '42']);
      websocket.terminate();
    });

    it('refuses old protocol versions and unknown namespaces', async () => {
      const path = `${server.origin}/api/v1/ws/?transport=polling`;
      expect((await fetch(`${path}&EIO=4`)).status).toBe(200);
      for (const protocol of ['EIO=3', 'EIO=2', '']) expect((await fetch(`${path}&${protocol}`)).status).toBe(400);
      // The engine accepts the upgrade before it checks the version, and then sends the refusal.
      expect(await firstBytes(server, 'EIO=3')).toMatch(/HTTP\/1\.1 400 .*Unsupported protocol version/s);
      expect(await firstBytes(server, 'EIO=4')).toMatch(/HTTP\/1\.1 101 .*"sid"/s);

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
});

/** The Socket.IO packet that opens a socket. */
const connectPacket = (token: string): string => `40${JSON.stringify({ token })}`;

/** A plain websocket, and all messages that it received. */
function openWebsocket(server: TestServer): { websocket: WebSocket; received: string[] } {
  const websocket = new WebSocket(`${server.origin.replace('http', 'ws')}/api/v1/ws/?EIO=4&transport=websocket`);
  const received: string[] = [];
  websocket.on('message', (data: Buffer) => received.push(data.toString()));
  return { websocket, received };
}

/** The first bytes that the server sends to a new websocket. */
async function firstBytes(server: TestServer, query: string): Promise<string> {
  const socket = await upgraded(server, query);
  let bytes = '';
  socket.on('data', (chunk) => (bytes += String(chunk)));
  await waitFor('the server has answered', () => /"sid"|version/.test(bytes));
  socket.destroy();
  return bytes;
}
