import type { Server, Socket } from 'socket.io';

import type { Actor } from '../../common/actor.js';
import type { DomainEvents } from '../../domain-events.js';
import type { EVENTS } from '../events/server-events.dto.js';
import type { PresenceMessage } from '../cluster/cluster-presence.js';

/** What the server sends, and nothing else. */
type ServerEvents = {
  [Name in keyof typeof EVENTS]: (event: InstanceType<(typeof EVENTS)[Name]['view']>) => void;
};

/** What the server knows of a connection. */
interface SocketData {
  actor: Actor;
  /** When its access token expires. */
  expiresAt: Date;
  /** Where it was opened from, for the audit trail. */
  address: string;
  /** While it is being subscribed: the conversations that its user left meanwhile. */
  leftMeanwhile?: Set<string>;
  /** How many of its commands run. */
  running?: number;
  /** Whom it watches, and whether each was last shown as online; null before it was shown. */
  watching?: Map<string, boolean | null>;
}

/** What nodes say to each other. */
interface NodeEvents {
  fact: <K extends keyof DomainEvents>(name: K, event: DomainEvents[K]) => void;
  presence: (word: PresenceMessage) => void;
}

export type ChatServer = Server<Record<string, never>, ServerEvents, NodeEvents, SocketData>;
export type ChatSocket = Socket<Record<string, never>, ServerEvents, NodeEvents, SocketData>;

/** Socket.IO rooms: every device of a user, one session, everybody in a conversation. */
export const userRoom = (userId: string): string => `user:${userId}`;
export const sessionRoom = (sessionId: string): string => `session:${sessionId}`;
export const conversationRoom = (conversationId: string): string => `conversation:${conversationId}`;

/** The ids in the names of the rooms of one kind. */
export function conversationIds(kind: 'user' | 'session' | 'conversation', rooms: Iterable<string>): string[] {
  const prefix = `${kind}:`;
  return [...rooms].filter((room) => room.startsWith(prefix)).map((room) => room.slice(prefix.length));
}

/** Rooms of a subscribed socket that are of no conversation: its own, its user's and its session's. */
const OTHER_ROOMS = 3;

/** How many conversations a subscribed socket is in. */
export const conversationCount = ({ rooms }: ChatSocket): number => rooms.size - OTHER_ROOMS;

/** Whether sockets of a user are in a conversation here, or about to be. */
export function isListening(io: ChatServer, userId: string, conversationId: string): boolean {
  const { adapter, sockets } = io.of('/');
  const listening = adapter.rooms.get(conversationRoom(conversationId));
  const isOne = (id: string): boolean => {
    const left = sockets.get(id)?.data.leftMeanwhile;
    return left ? !left.has(conversationId) : (listening?.has(id) ?? false);
  };
  return [...(adapter.rooms.get(userRoom(userId)) ?? [])].some(isOne);
}
