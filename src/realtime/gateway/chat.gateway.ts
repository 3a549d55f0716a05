import { Inject } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway } from '@nestjs/websockets';
import type { Logger } from 'pino';

import { OnlineUsers } from '../../presence/online-users.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import type { ChatServer, ChatSocket } from './socket-types.js';
import { CommandDispatcher } from './command-dispatcher.js';
import { Handshake } from './handshake.js';
import { type RealtimeComponent, REALTIME_COMPONENTS } from './realtime-component.js';
import { SocketInitializer } from './socket-initializer.js';

/** Owns the connections: lets them in, binds their commands, and clears up after them. */
@WebSocketGateway()
export class ChatGateway implements OnGatewayInit<ChatServer>, OnGatewayConnection<ChatSocket> {
  private readonly onCommand: Listener<unknown[]>;
  private readonly onDisconnect: Listener<[string]>;

  constructor(
    private readonly handshake: Handshake,
    private readonly subscriber: SocketInitializer,
    dispatcher: CommandDispatcher,
    @Inject(REALTIME_COMPONENTS) private readonly parts: readonly RealtimeComponent[],
    private readonly online: OnlineUsers,
    private readonly telemetry: Telemetry,
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
    for (const part of this.parts) part.onServerReady?.(io);
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

  private disconnected(socket: ChatSocket, reason: string): void {
    const { userId, sessionId } = socket.data.actor;
    this.online.disconnected(userId);
    for (const part of this.parts) part.onSocketClosed?.(socket);
    this.telemetry.metrics.disconnected(reason);
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
