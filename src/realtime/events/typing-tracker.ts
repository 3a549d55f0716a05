import { Injectable } from '@nestjs/common';

import { type DomainEvents, Events } from '../../domain-events.js';
import { type ChatServer, type ChatSocket, conversationRoom, userRoom } from '../gateway/socket-types.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';

/** Whoever types says so again within this, or is taken to have stopped. */
const EXPIRES_MS = 6_000;
/** Others hear of one typist in one conversation at most this often. */
const INTERVAL_MS = 2_000;

interface Typist {
  readonly conversationId: string;
  readonly userId: string;
  /** The connection that types. */
  socketId: string;
  active: boolean;
  lastBroadcast: boolean;
  shownAt: number;
  expiry?: NodeJS.Timeout;
  next?: NodeJS.Timeout | undefined;
}

/** Who is typing where. It ends by itself, with the message, with the membership, and with the connection. */
@Injectable()
export class TypingTracker implements RealtimeComponent {
  private readonly typists = new Map<string, Typist>();
  private io: ChatServer | undefined;

  constructor(private readonly events: Events) {}

  /** Begins to announce over `io`. */
  onServerReady(io: ChatServer): void {
    this.io = io;
    this.events.on('message.created', ({ conversationId, message }) => {
      this.stop(conversationId, message.sender.id);
    });
    this.events.on('conversation.removed', ({ conversationId, userId }) => {
      this.stop(conversationId, userId);
    });
  }

  /** Another node has told sockets of this one of a message. */
  onMessageCreated({ conversationId, message }: DomainEvents['message.created']): void {
    this.stop(conversationId, message.sender.id);
  }

  /** Somebody types on a connection. */
  start(conversationId: string, userId: string, socketId: string): void {
    const key = keyOf(conversationId, userId);
    const typist = this.typists.get(key) ?? {
      conversationId,
      userId,
      socketId,
      active: false,
      lastBroadcast: false,
      shownAt: 0,
    };
    this.typists.set(key, typist);
    typist.active = true;
    typist.socketId = socketId;
    clearTimeout(typist.expiry);
    typist.expiry = setTimeout(() => {
      this.stop(conversationId, userId);
    }, EXPIRES_MS).unref();
    this.settle(typist, true);
  }

  /** Somebody stopped. */
  stop(conversationId: string, userId: string): void {
    const typist = this.typists.get(keyOf(conversationId, userId));
    if (!typist) return;
    typist.active = false;
    clearTimeout(typist.expiry);
    this.settle(typist);
  }

  /** A connection is gone: whatever was typed on it is over. */
  onSocketClosed({ id }: ChatSocket): void {
    for (const { conversationId, userId, socketId } of this.typists.values()) {
      if (socketId === id) this.stop(conversationId, userId);
    }
  }

  /** Shows what is the case, now or when the interval allows it, and forgets who is done. */
  private settle(typist: Typist, again = false): void {
    const waitMs = typist.shownAt + INTERVAL_MS - Date.now();
    if (waitMs > 0) {
      typist.next ??= setTimeout(() => {
        typist.next = undefined;
        this.settle(typist);
      }, waitMs).unref();
    } else if (typist.active !== typist.lastBroadcast || (again && typist.active)) {
      this.show(typist);
      if (!typist.active) this.settle(typist);
    } else if (!typist.active) {
      this.typists.delete(keyOf(typist.conversationId, typist.userId));
    }
  }

  private show(typist: Typist): void {
    const { conversationId, userId, active } = typist;
    typist.lastBroadcast = active;
    typist.shownAt = Date.now();
    this.io
      ?.to(conversationRoom(conversationId))
      .except(userRoom(userId))
      .emit('typing', { conversationId, userId, active, expiresInMs: active ? EXPIRES_MS : 0 });
  }
}

const keyOf = (conversationId: string, userId: string): string => `${conversationId} ${userId}`;
