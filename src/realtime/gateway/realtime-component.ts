import type { ChatServer, ChatSocket } from './socket-types.js';

/** What goes on over the server's sockets beside their commands. */
export interface Part {
  /** Begins, over `io`. */
  attach?(io: ChatServer): void;
  /** A socket is gone. */
  forget?(socket: ChatSocket): void;
}

/** The parts, in the order in which they hear of an event. */
export const PARTS = Symbol('parts');
