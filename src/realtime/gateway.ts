import { setTimeout as delay } from 'node:timers/promises';

import { Inject } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Logger } from 'pino';

import { OnlineUsers } from '../common/online.js';
import { ENV, type Env } from '../config/env.js';
import { LOGGER } from '../delivery/logger.js';
import { AccessExpiry } from './access-expiry.js';
import { Broadcaster } from './broadcaster.js';
import type { ChatServer, ChatSocket } from './chat-socket.js';
import { Dispatcher } from './dispatcher.js';
import { Handshake } from './handshake.js';
import { Presence } from './presence.js';
import { Subscriber } from './subscriber.js';
import { Typing } from './typing.js';

/** Clients that are told to come back do so within this time, not all at once. */
const RECONNECT_SPREAD_MS = 5_000;

/** Owns the connections: lets them in, binds their commands, and clears up after them. */
@WebSocketGateway()
export class Gateway implements OnGatewayInit<ChatServer>, OnGatewayConnection<ChatSocket> {
  @WebSocketServer()
  private readonly io!: ChatServer;

  private readonly onCommand: Listener<unknown[]>;
  private readonly onDisconnect: Listener<[string]>;

  constructor(
    private readonly handshake: Handshake,
    private readonly subscriber: Subscriber,
    private readonly dispatcher: Dispatcher,
    private readonly broadcaster: Broadcaster,
    private readonly expiry: AccessExpiry,
    private readonly typing: Typing,
    private readonly presence: Presence,
    private readonly online: OnlineUsers,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.onCommand = sharedListener((socket, name: unknown, ...args: unknown[]) => {
      // A client of its own making may name an event by a number.
      void dispatcher.dispatch(socket, String(name), args);
    });
    this.onDisconnect = sharedListener((socket, reason: string) => {
      this.disconnected(socket, reason);
    });
  }

  afterInit(io: ChatServer): void {
    io.use(this.handshake.middleware);
    // Before the broadcaster, which empties the room of a conversation that was deleted.
    this.presence.attach(io);
    this.broadcaster.attach(io);
    this.typing.attach(io);
  }

  handleConnection(socket: ChatSocket): void {
    const { userId, sessionId } = socket.data.actor;
    this.log.info({ userId, sessionId, transport: socket.conn.transport.name }, 'connected');
    forgetRequest(socket);
    this.online.connected(userId);
    socket.on('disconnect', this.onDisconnect);
    socket.onAny(this.onCommand);
    void this.subscriber.subscribe(socket);
  }

  /** Before a shutdown: lets running commands end, tells every client when to come back, and lets go of them. */
  async drain(): Promise<void> {
    const done = Promise.all([this.dispatcher.drain(), this.presence.drain()]);
    await Promise.race([done, delay(this.env.drainMs / 2, undefined, { ref: false })]);
    for (const socket of this.io.of('/').sockets.values()) {
      socket.emit('server:draining', { reconnectInMs: Math.round(Math.random() * RECONNECT_SPREAD_MS) });
    }
    this.io.disconnectSockets(true);
  }

  private disconnected(socket: ChatSocket, reason: string): void {
    const { userId, sessionId } = socket.data.actor;
    this.online.disconnected(userId);
    this.expiry.forget(socket);
    this.typing.disconnected(socket.id);
    this.presence.forget(socket);
    this.log.info({ userId, sessionId, reason }, 'disconnected');
  }
}

type Listener<Args extends unknown[]> = (this: ChatSocket, ...args: Args) => void;

/** One listener for all sockets: a function of its own would be memory for each. */
function sharedListener<Args extends unknown[]>(listen: (socket: ChatSocket, ...args: Args) => void): Listener<Args> {
  return function (...args) {
    listen(this, ...args);
  };
}

/** What a connection began with is not kept for as long as it lasts: some KiB, and a token among them. */
function forgetRequest(socket: ChatSocket): void {
  Reflect.set(socket.conn, 'request', null);
  Object.assign(socket.handshake, { headers: {}, query: {}, auth: {} });
}
