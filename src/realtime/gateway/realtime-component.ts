import type { ChatServer, ChatSocket } from './socket-types.js';

/**
 * A part of the realtime side that follows the life of the server and its sockets. `ChatGateway` calls the hooks of all
 * components in the order of {@link REALTIME_COMPONENTS}.
 */
export interface RealtimeComponent {
  /** Called once, when the Socket.IO server was created and before it accepts connections. */
  onServerReady?(io: ChatServer): void;
  /** Called when a socket has passed the handshake, before it joins rooms and before its first command. */
  onSocketConnected?(socket: ChatSocket): void;
  /** Called when a socket has closed and has left its rooms. */
  onSocketClosed?(socket: ChatSocket): void;
}

/** Injection token of all components. `RealtimeModule` lists them in order, and explains the order. */
export const REALTIME_COMPONENTS = Symbol('REALTIME_COMPONENTS');
