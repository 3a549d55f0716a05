import type { ChatServer, ChatSocket } from './socket-types.js';

/** What goes on over the server's sockets beside their commands. */
export interface RealtimeComponent {
  /** Begins, over `io`. */
  onServerReady?(io: ChatServer): void;
  /** A socket is gone. */
  onSocketClosed?(socket: ChatSocket): void;
}

/** The parts, in the order in which they hear of an event. */
export const REALTIME_COMPONENTS = Symbol('parts');
