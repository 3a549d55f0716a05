import { Injectable } from '@nestjs/common';

import { Events } from '../events.js';
import { Receipts } from './receipts.js';
import { type ChatServer, conversationRoom, sessionRoom, userRoom } from './chat-socket.js';

/** Brings domain events to the sockets that may see them. */
@Injectable()
export class Broadcaster {
  constructor(private readonly events: Events) {}

  /** Begins to announce over `io`. */
  attach(io: ChatServer): void {
    const { events } = this;
    events.on('message.created', (event) =>
      io.to(conversationRoom(event.conversationId)).emit('message:created', event),
    );
    events.on('message.updated', (event) =>
      io.to(conversationRoom(event.conversationId)).emit('message:updated', event),
    );
    events.on('message.deleted', (event) =>
      io.to(conversationRoom(event.conversationId)).emit('message:deleted', event),
    );
    events.on('member.joined', (event) => io.to(conversationRoom(event.conversationId)).emit('member:joined', event));
    events.on('member.updated', (event) => io.to(conversationRoom(event.conversationId)).emit('member:updated', event));
    events.on('member.left', (event) => io.to(conversationRoom(event.conversationId)).emit('member:left', event));
    events.on('conversation.updated', (event) =>
      io.to(conversationRoom(event.conversationId)).emit('conversation:updated', event),
    );
    events.on('conversation.added', ({ userId, conversation }) => {
      markSubscribing(io, userId, (left) => left.delete(conversation.id));
      io.in(userRoom(userId)).socketsJoin(conversationRoom(conversation.id));
      io.to(userRoom(userId)).emit('conversation:added', { conversation });
    });
    events.on('conversation.removed', ({ conversationId, userId, reason }) => {
      markSubscribing(io, userId, (left) => left.add(conversationId));
      io.in(userRoom(userId)).socketsLeave(conversationRoom(conversationId));
      io.to(userRoom(userId)).emit('conversation:removed', { conversationId, reason });
    });
    events.on('conversation.deleted', ({ conversationId }) => {
      const room = conversationRoom(conversationId);
      io.to(room).emit('conversation:removed', { conversationId, reason: 'deleted' });
      io.in(room).socketsLeave(room);
    });
    events.on('conversation.me', ({ userId, ...event }) => io.to(userRoom(userId)).emit('conversation:me', event));
    const receipts = new Receipts(io);
    events.on('receipt.read', (receipt) => {
      receipts.announce('receipt:read', receipt);
    });
    events.on('receipt.delivered', (receipt) => {
      receipts.announce('receipt:delivered', receipt);
    });
    events.on('session.ended', ({ sessionId, reason }) => {
      io.to(sessionRoom(sessionId)).emit('session:ended', { reason });
      io.in(sessionRoom(sessionId)).disconnectSockets(true);
    });
  }
}

/** A socket that is being subscribed joins, in a moment, the rooms that it read of before this event. */
function markSubscribing(io: ChatServer, userId: string, mark: (left: Set<string>) => void): void {
  for (const id of io.of('/').adapter.rooms.get(userRoom(userId)) ?? []) {
    const left = io.of('/').sockets.get(id)?.data.leftMeanwhile;
    if (left) mark(left);
  }
}
