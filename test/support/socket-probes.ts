import { connect as connectTcp, type Socket as TcpSocket } from 'node:net';

import type { Server } from 'socket.io';

import { ChatGateway } from '../../src/realtime/gateway/chat.gateway.js';
import { type Account } from '../clients/account.js';
import { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';

/** Runs `meanwhile` after each call of a method, until `work` ends; then waits for the calls to finish. */
export async function during<T extends object>(
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
export const engineOpen = (device: TestSocket): Promise<void> =>
  new Promise((resolve) => device.socket.io.engine.once('open', () => resolve()));

/** Resolves after the Socket.IO handshake, before the subscription ends. */
export const connected = (device: TestSocket): Promise<void> =>
  new Promise((resolve) => device.socket.once('connect', () => resolve()));

/** The Socket.IO server of each node. */
export const nodesOf = (server: TestServer): Server[] => server.nodes.map(({ app }) => app.get(ChatGateway).io);

/** The Socket.IO server of the first node. */
export const io = (server: TestServer): Server => nodesOf(server)[0]!;

/** The number of sockets that are subscribed to the events of a user, on all nodes. */
export const socketsOf = (server: TestServer, { id }: Account): number =>
  nodesOf(server).reduce((sum, node) => sum + (node.of('/').adapter.rooms.get(`user:${id}`)?.size ?? 0), 0);

/** A websocket connection without a Socket.IO handshake. */
export async function upgraded(server: TestServer, query: string): Promise<TcpSocket> {
  const socket = connectTcp(server.running.port, '127.0.0.1');
  socket.write(
    `GET /api/v1/ws/?transport=websocket&${query} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await new Promise((resolve) => socket.once('readable', resolve));
  return socket;
}
