import { Injectable } from '@nestjs/common';

import { type DomainEvents, Events } from '../../domain-events.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer, ChatSocket } from '../gateway/socket-types.js';
import { conversationRoom, userRoom } from '../rooms.js';

/** A typing indicator ends without another `typing:start` within this time. */
const EXPIRES_MS = 6_000;
/** Minimum time between two `typing` events of one user in one conversation. */
const INTERVAL_MS = 2_000;

interface Typist {
  readonly conversationId: string;
  readonly userId: string;
  /** The connection of the last `typing:start`. */
  socketId: string;
  isTyping: boolean;
  /** `active` of the last `typing` event. */
  lastBroadcast: boolean;
  lastBroadcastAt: number;
  expiryTimer?: NodeJS.Timeout;
  broadcastTimer?: NodeJS.Timeout | undefined;
}

/**
 * Tracks which users are typing in which conversation, and emits `typing` to the other members. The commands `typing:start`
 * and `typing:stop` call it. A user stops typing after 6 s, with their message, when their membership ends, and when the
 * connection on which they type closes.
 */
@Injectable()
export class TypingTracker implements RealtimeComponent {
  private readonly typists = new Map<string, Typist>();
  private io: ChatServer | undefined;

  constructor(private readonly events: Events) {}

  onServerReady(io: ChatServer): void {
    this.io = io;
    this.events.on('message.created', (event) => {
      this.onMessageCreated(event);
    });
    this.events.on('conversation.removed', ({ conversationId, userId }) => {
      this.stop(conversationId, userId);
    });
  }

  /** A message was sent, on this node or, as `RemoteEvents` reports, on another. Its sender has stopped typing. */
  onMessageCreated({ conversationId, message }: DomainEvents['message.created']): void {
    this.stop(conversationId, message.sender.id);
  }

  /** The user types on the connection `socketId`. */
  start(conversationId: string, userId: string, socketId: string): void {
    const key = keyOf(conversationId, userId);
    const typist = this.typists.get(key) ?? {
      conversationId,
      userId,
      socketId,
      isTyping: false,
      lastBroadcast: false,
      lastBroadcastAt: 0,
    };
    this.typists.set(key, typist);
    typist.isTyping = true;
    typist.socketId = socketId;
    clearTimeout(typist.expiryTimer);
    typist.expiryTimer = setTimeout(() => {
      this.stop(conversationId, userId);
    }, EXPIRES_MS).unref();
    this.broadcastIfDue(typist, true);
  }

  /** The user has stopped typing, on any connection. */
  stop(conversationId: string, userId: string): void {
    const typist = this.typists.get(keyOf(conversationId, userId));
    if (!typist) return;
    typist.isTyping = false;
    clearTimeout(typist.expiryTimer);
    this.broadcastIfDue(typist);
  }

  onSocketClosed({ id }: ChatSocket): void {
    for (const { conversationId, userId, socketId } of this.typists.values()) {
      if (socketId === id) this.stop(conversationId, userId);
    }
  }

  /**
   * Emits the typist's state if it has changed, now or when `INTERVAL_MS` allows it. Removes a typist who has stopped.
   * @param isRenewal emits an unchanged active state again, so that clients extend the indicator
   */
  private broadcastIfDue(typist: Typist, isRenewal = false): void {
    const waitMs = typist.lastBroadcastAt + INTERVAL_MS - Date.now();
    if (waitMs > 0) {
      typist.broadcastTimer ??= setTimeout(() => {
        typist.broadcastTimer = undefined;
        this.broadcastIfDue(typist);
      }, waitMs).unref();
    } else if (typist.isTyping !== typist.lastBroadcast || (isRenewal && typist.isTyping)) {
      this.broadcast(typist);
      // Once more after the interval, which removes the typist.
      if (!typist.isTyping) this.broadcastIfDue(typist);
    } else if (!typist.isTyping) {
      this.typists.delete(keyOf(typist.conversationId, typist.userId));
    }
  }

  private broadcast(typist: Typist): void {
    const { conversationId, userId, isTyping: active } = typist;
    typist.lastBroadcast = active;
    typist.lastBroadcastAt = Date.now();
    this.io
      ?.to(conversationRoom(conversationId))
      .except(userRoom(userId))
      .emit('typing', { conversationId, userId, active, expiresInMs: active ? EXPIRES_MS : 0 });
  }
}

const keyOf = (conversationId: string, userId: string): string => `${conversationId} ${userId}`;
