import { Injectable } from '@nestjs/common';

import { Events } from '../../domain-events.js';
import { type Change, EventSequencer } from '../cluster/event-sequencer.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import { ReceiptCoalescer } from './receipt-coalescer.js';
import { type ChatServer, conversationRoom, sessionRoom, userRoom } from '../gateway/socket-types.js';
import { StreamPositions } from '../cluster/stream-positions.js';

/**
 * Brings domain events to the sockets that may see them: changes to the sockets of all nodes, and what every node announces
 * for itself to those of this one.
 */
@Injectable()
export class Broadcaster implements RealtimeComponent {
  constructor(
    private readonly events: Events,
    private readonly told: StreamPositions,
    private readonly gate: EventSequencer,
  ) {}

  /** Begins to announce over `io`. */
  onServerReady(io: ChatServer): void {
    this.told.attach(io);
    this.gate.attach(io);
    this.changes(io);
    this.memberships(io);
    const receipts = new ReceiptCoalescer(io);
    this.events.on('receipt.read', (receipt) => {
      receipts.announce('receipt:read', receipt);
    });
    this.events.on('receipt.delivered', (receipt) => {
      receipts.announce('receipt:delivered', receipt);
    });
    this.events.on('session.ended', ({ sessionId, reason }) => {
      io.local.to(sessionRoom(sessionId)).emit('session:ended', { reason });
      io.local.in(sessionRoom(sessionId)).disconnectSockets(true);
    });
  }

  private changes(io: ChatServer): void {
    const { events, gate, told } = this;
    const to = ({ conversationId }: Change): ReturnType<ChatServer['to']> => io.to(conversationRoom(conversationId));
    events.on('message.created', (event) => gate.dispatch(event, () => to(event).emit('message:created', event)));
    events.on('message.updated', (event) => gate.dispatch(event, () => to(event).emit('message:updated', event)));
    events.on('message.deleted', (event) => gate.dispatch(event, () => to(event).emit('message:deleted', event)));
    events.on('member.joined', (event) => gate.dispatch(event, () => to(event).emit('member:joined', event)));
    events.on('member.updated', (event) => gate.dispatch(event, () => to(event).emit('member:updated', event)));
    events.on('member.left', (event) => gate.dispatch(event, () => to(event).emit('member:left', event)));
    events.on('conversation.updated', (event) =>
      gate.dispatch(event, () => to(event).emit('conversation:updated', event)),
    );
    events.on('conversation.me', ({ userId, ...event }) => {
      told.advanceUser(userId, event.stateRev);
      io.to(userRoom(userId)).emit('conversation:me', event);
    });
  }

  private memberships(io: ChatServer): void {
    const { events, told, gate } = this;
    events.on('conversation.added', ({ userId, conversation }) => {
      markSubscribing(io, userId, (left) => left.delete(conversation.id));
      io.local.in(userRoom(userId)).socketsJoin(conversationRoom(conversation.id));
      told.track(conversation.id, conversation.rev);
      io.local.to(userRoom(userId)).emit('conversation:added', { conversation });
      if (io.of('/').adapter.rooms.has(userRoom(userId))) gate.onLateJoin(conversation.id, conversation.rev);
    });
    events.on('conversation.removed', ({ conversationId, userId, reason }) => {
      markSubscribing(io, userId, (left) => left.add(conversationId));
      io.local.in(userRoom(userId)).socketsLeave(conversationRoom(conversationId));
      io.local.to(userRoom(userId)).emit('conversation:removed', { conversationId, reason });
    });
    events.on('conversation.deleted', ({ conversationId }) => {
      const room = conversationRoom(conversationId);
      io.local.to(room).emit('conversation:removed', { conversationId, reason: 'deleted' });
      io.local.in(room).socketsLeave(room);
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
