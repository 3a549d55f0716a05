import type { Server, Socket } from 'socket.io';

import type { Actor } from '../common/actor.js';
import type { SessionEndReason } from '../auth/session.js';
import type {
  ConversationView,
  MemberView,
  OwnMembershipView,
  SharedConversationView,
} from '../conversations/conversations.dto.js';
import type { PresenceView } from '../conversations/presence.dto.js';
import type { MessageView } from '../conversations/message-view.dto.js';
import type { LeaveReason } from '../events.js';

/** What the server sends. */
interface ServerEvents {
  'message:created': (event: { conversationId: string; rev: number; message: MessageView }) => void;
  'message:updated': (event: { conversationId: string; rev: number; message: MessageView }) => void;
  'message:deleted': (event: { conversationId: string; rev: number; message: MessageView }) => void;
  'member:joined': (event: { conversationId: string; rev: number; member: MemberView }) => void;
  'member:updated': (event: { conversationId: string; rev: number; member: MemberView }) => void;
  'member:left': (event: {
    conversationId: string;
    rev: number;
    userId: string;
    by: string;
    reason: LeaveReason;
  }) => void;
  'conversation:added': (event: { conversation: ConversationView }) => void;
  'conversation:updated': (event: {
    conversationId: string;
    rev: number;
    conversation: SharedConversationView;
  }) => void;
  'conversation:removed': (event: { conversationId: string; reason: LeaveReason }) => void;
  'conversation:me': (event: { conversationId: string; stateRev: number; me: OwnMembershipView }) => void;
  'receipt:read': (event: { conversationId: string; userId: string; seq: number }) => void;
  'receipt:delivered': (event: { conversationId: string; userId: string; seq: number }) => void;
  typing: (event: { conversationId: string; userId: string; active: boolean; expiresInMs: number }) => void;
  'presence:changed': (event: PresenceView) => void;
  'session:ready': (event: {
    userId: string;
    sessionId: string;
    epoch: string;
    stateRev: number;
    serverTime: string;
    heartbeat: { intervalMs: number; timeoutMs: number };
  }) => void;
  'session:expiring': (event: { expiresAt: string }) => void;
  'session:ended': (event: { reason: SessionEndReason }) => void;
  'server:draining': (event: { reconnectInMs: number }) => void;
}

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
