import { createServer } from 'node:http';
import type { AddressInfo, Socket as Stream } from 'node:net';
import { setImmediate as nextTick } from 'node:timers/promises';

import { Server, type ServerOptions, type Socket as ServerSocket } from 'socket.io';
import { io as connect, type Socket } from 'socket.io-client';

import { waitFor } from '../support/wait-for.js';

/** A bare Socket.IO server on loopback, with clients that record all events they receive. Used by the fan-out suites. */
export class Fanout {
  readonly io: Server;
  private readonly http = createServer();
  private readonly listeners: Listener[] = [];

  private constructor(options: Partial<ServerOptions>) {
    this.io = new Server(this.http, { ...options, serveClient: false });
  }

  /** @param prepare configures the server before it listens */
  static async start(prepare: (io: Server) => unknown, options: Partial<ServerOptions> = {}): Promise<Fanout> {
    const fanout = new Fanout(options);
    prepare(fanout.io);
    await new Promise<void>((resolve) => fanout.http.listen(0, '127.0.0.1', resolve));
    return fanout;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  /** Connects a client and joins its socket to `rooms`. @param more further options of socket.io-client */
  async listener(rooms: string[] = [], more: object = {}): Promise<Listener> {
    const listener = new Listener(
      connect(this.origin, { transports: ['websocket'], forceNew: true, reconnection: false, ...more }),
    );
    this.listeners.push(listener);
    await waitFor('connected', () => listener.client.connected);
    await listener.attach(this.io, rooms);
    return listener;
  }

  async stop(): Promise<void> {
    for (const { client } of this.listeners) client.disconnect();
    await this.io.close();
  }
}

export class Listener {
  /** Every event as its name and arguments, and `disconnect`, in order. */
  readonly received: unknown[][] = [];
  /** The client's socket on the server. */
  socket!: ServerSocket;

  constructor(readonly client: Socket) {
    client.onAny((...event: unknown[]) => this.received.push(event));
    client.on('disconnect', () => this.received.push(['disconnect']));
  }

  async attach(io: Server, rooms: string[]): Promise<void> {
    this.socket = io.sockets.sockets.get(this.client.id!)!;
    await this.socket.join(rooms);
  }

  /** Waits for the event `name`. @returns all events received before it */
  async before(name: string): Promise<unknown[][]> {
    const find = (): number => this.received.findIndex((event) => event[0] === name);
    await waitFor(name, () => find() >= 0);
    return this.received.slice(0, find());
  }

  /** The server's TCP stream below the websocket. */
  get stream(): Stream {
    return (this.socket.conn.transport as any).socket._socket;
  }

  /** Stops reading until `resume`. */
  pause(): void {
    (this.client.io.engine.transport as any).ws.pause();
  }

  resume(): void {
    (this.client.io.engine.transport as any).ws.resume();
  }

  /** Stops reading until `resume`, and fills the system's buffers with `bulk` events until the server has unsent data. */
  async backUp(io: Server): Promise<void> {
    this.pause();
    while (this.stream.writableLength === 0) {
      io.to(this.socket.id).emit('bulk', 'x'.repeat(100_000));
      await nextTick();
    }
  }
}
