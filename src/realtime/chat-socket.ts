import type { Server, Socket } from 'socket.io';

import type { Actor } from '../common/actor.js';
import type { EVENTS } from './events.dto.js';

/** What the server sends, and nothing else. */
type ServerEvents = {
  [Name in keyof typeof EVENTS]: (event: InstanceType<(typeof EVENTS)[Name]['view']>) => void;
};

/** What the server knows of a connection. */
interface SocketData {
  actor: Actor;
  /** When its access token expires. */
  expiresAt: Date;
  /** While it is being subscribed: the conversations that its user left meanwhile. */
  leftMeanwhile?: Set<string>;
  /** Whom it watches, and whether each was last shown as online; null before it was shown. */
  watching?: Map<string, boolean | null>;
}

export type ChatServer = Server<Record<string, never>, ServerEvents, Record<string, never>, SocketData>;
export type ChatSocket = Socket<Record<string, never>, ServerEvents, Record<string, never>, SocketData>;

/** Socket.IO rooms: every device of a user, one session, everybody in a conversation. */
export const userRoom = (userId: string): string => `user:${userId}`;
export const sessionRoom = (sessionId: string): string => `session:${sessionId}`;
export const conversationRoom = (conversationId: string): string => `conversation:${conversationId}`;
