import type { ChatServer, ChatSocket } from './gateway/socket-types.js';

/**
 * The Socket.IO rooms: one per user (all their devices), per session and per conversation. `RoomSubscriber` joins a new
 * socket to them, `Broadcaster` keeps the conversation rooms up to date, and Socket.IO leaves them when the socket closes.
 */
export const userRoom = (userId: string): string => `user:${userId}`;
export const sessionRoom = (sessionId: string): string => `session:${sessionId}`;
export const conversationRoom = (conversationId: string): string => `conversation:${conversationId}`;

/** The id in the name of a user, session or conversation room. */
export const idOfRoom = (room: string): string => room.slice(room.indexOf(':') + 1);

/** The conversations whose rooms are among `rooms`. */
export function conversationIds(rooms: Iterable<string>): string[] {
  const prefix = conversationRoom('');
  return [...rooms].filter((room) => room.startsWith(prefix)).map((room) => room.slice(prefix.length));
}

/** Rooms of every joined socket that belong to no conversation: Socket.IO's own, the user's and the session's. */
const OTHER_ROOMS = 3;

/** Number of conversation rooms that a joined socket is in. */
export const conversationCount = ({ rooms }: ChatSocket): number => rooms.size - OTHER_ROOMS;

/** This node's sockets in a room. */
export function socketsIn(io: ChatServer, room: string): ChatSocket[] {
  const { adapter, sockets } = io.of('/');
  return [...(adapter.rooms.get(room) ?? [])].flatMap((id) => sockets.get(id) ?? []);
}

/** Whether a socket is still joining the rooms of its user's conversations (see `RoomSubscriber`). */
export const isJoining = ({ data }: ChatSocket): boolean => data.leftWhileJoining !== undefined;

/** Whether a user has sockets on this node that are in a conversation's room, or are about to join it. */
export function isSubscribed(io: ChatServer, userId: string, conversationId: string): boolean {
  const { adapter, sockets } = io.of('/');
  const subscribed = adapter.rooms.get(conversationRoom(conversationId));
  const isOne = (id: string): boolean => {
    const left = sockets.get(id)?.data.leftWhileJoining;
    return left ? !left.has(conversationId) : (subscribed?.has(id) ?? false);
  };
  return [...(adapter.rooms.get(userRoom(userId)) ?? [])].some(isOne);
}
