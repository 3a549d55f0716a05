import { Inject } from '@nestjs/common';
import { type OnGatewayConnection, type OnGatewayInit, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Logger } from 'pino';

import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import { releaseHandshake } from '../fanout/socketio-internals.js';
import { CommandDispatcher } from './command-dispatcher.js';
import { type RealtimeComponent, REALTIME_COMPONENTS } from './realtime-component.js';
import { SocketInitializer } from './socket-initializer.js';
import type { ChatServer, ChatSocket } from './socket-types.js';

/**
 * Entry point of the realtime side. Nest calls `afterInit` once, when the Socket.IO server was created, and
 * `handleConnection` for each socket that has passed the `Handshake`. The gateway passes a socket's events to
 * `CommandDispatcher`, and its life to the components.
 */
@WebSocketGateway()
export class ChatGateway implements OnGatewayInit<ChatServer>, OnGatewayConnection<ChatSocket> {
  /** The Socket.IO server of this node. Set by Nest before `afterInit`. */
  @WebSocketServer()
  readonly io!: ChatServer;

  private readonly onCommand: Listener<unknown[]>;
  private readonly onDisconnect: Listener<[string]>;

  constructor(
    @Inject(REALTIME_COMPONENTS) private readonly components: readonly RealtimeComponent[],
    private readonly initializer: SocketInitializer,
    dispatcher: CommandDispatcher,
    private readonly telemetry: Telemetry,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.onCommand = sharedListener((socket, name: unknown, ...args: unknown[]) => {
      // The Socket.IO protocol allows a number as the name of an event.
      void dispatcher.dispatch(socket, String(name), args);
    });
    this.onDisconnect = sharedListener((socket, reason: string) => {
      this.handleDisconnection(socket, reason);
    });
  }

  afterInit(io: ChatServer): void {
    for (const component of this.components) component.onServerReady?.(io);
  }

  handleConnection(socket: ChatSocket): void {
    const { userId, sessionId } = socket.data.actor;
    this.log.info({ userId, sessionId, transport: socket.conn.transport.name }, 'connected');
    releaseHandshake(socket);
    for (const component of this.components) component.onSocketConnected?.(socket);
    socket.on('disconnect', this.onDisconnect);
    socket.onAny(this.onCommand);
    void this.initializer.initialize(socket);
  }

  private handleDisconnection(socket: ChatSocket, reason: string): void {
    const { userId, sessionId } = socket.data.actor;
    for (const component of this.components) component.onSocketClosed?.(socket);
    this.telemetry.metrics.disconnected(reason);
    this.log.info({ userId, sessionId, reason }, 'disconnected');
  }
}

type Listener<Args extends unknown[]> = (this: ChatSocket, ...args: Args) => void;

/** One listener for all sockets: a closure per socket would cost memory for each. */
function sharedListener<Args extends unknown[]>(listen: (socket: ChatSocket, ...args: Args) => void): Listener<Args> {
  return function (...args) {
    listen(this, ...args);
  };
}
