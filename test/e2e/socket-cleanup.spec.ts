import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Server } from 'socket.io';

import { OnlineUsers } from '../../src/presence/online-users.js';
import { StreamPositionsRepository } from '../../src/sync/stream-positions.repository.js';
import { type Account } from '../clients/account.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { connected, during, engineOpen, io, nodesOf, socketsOf, upgraded } from '../support/socket-probes.js';
import { waitFor } from '../support/wait-for.js';

describe('socket after disconnecting', () => {
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

const clientsOf = (node: Server): Record<string, { transport: { closeTimeout: number } }> =>
  Reflect.get(node.engine, 'clients') as Record<string, { transport: { closeTimeout: number } }>;

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
