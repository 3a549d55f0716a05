import { Injectable } from '@nestjs/common';

import { Events } from '../../domain-events.js';
import { type Change, EventSequencer } from '../cluster/event-sequencer.js';
import { StreamPositions } from '../cluster/stream-positions.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { conversationRoom, sessionRoom, userRoom } from '../rooms.js';
import { ReceiptCoalescer } from './receipt-coalescer.js';

/**
 * Emits the domain events to the sockets in the rooms that they concern. It listens on the event bus, on which
 * `GroupCommit` and the services publish after their commit.
 *
 * - Changes of a conversation, private changes and receipts are emitted with `io.to(room)`: Socket.IO's adapter delivers
 *   them to the sockets of all nodes. Changes pass through `EventSequencer` first.
 * - Memberships and ended sessions are emitted with `io.local`, to this node's sockets alone: `ClusterBridge` forwards the
 *   domain event itself, and the broadcaster of every node handles it.
 */
@Injectable()
export class Broadcaster implements RealtimeComponent {
  constructor(
    private readonly events: Events,
    private readonly positions: StreamPositions,
    private readonly sequencer: EventSequencer,
  ) {}

  onServerReady(io: ChatServer): void {
    this.broadcastChanges(io);
    this.updateMemberships(io);
    const receipts = new ReceiptCoalescer(io);
    this.events.on('receipt.read', (receipt) => {
      receipts.broadcast('receipt:read', receipt);
    });
    this.events.on('receipt.delivered', (receipt) => {
      receipts.broadcast('receipt:delivered', receipt);
    });
    this.events.on('session.ended', ({ sessionId, reason }) => {
      io.local.to(sessionRoom(sessionId)).emit('session:ended', { reason });
      io.local.in(sessionRoom(sessionId)).disconnectSockets(true);
    });
  }

  private broadcastChanges(io: ChatServer): void {
    const { events, sequencer, positions } = this;
    const to = ({ conversationId }: Change): ReturnType<ChatServer['to']> => io.to(conversationRoom(conversationId));
    events.on('message.created', (event) => sequencer.dispatch(event, () => to(event).emit('message:created', event)));
    events.on('message.updated', (event) => sequencer.dispatch(event, () => to(event).emit('message:updated', event)));
    events.on('message.deleted', (event) => sequencer.dispatch(event, () => to(event).emit('message:deleted', event)));
    events.on('member.joined', (event) => sequencer.dispatch(event, () => to(event).emit('member:joined', event)));
    events.on('member.updated', (event) => sequencer.dispatch(event, () => to(event).emit('member:updated', event)));
    events.on('member.left', (event) => sequencer.dispatch(event, () => to(event).emit('member:left', event)));
    events.on('conversation.updated', (event) =>
      sequencer.dispatch(event, () => to(event).emit('conversation:updated', event)),
    );
    events.on('conversation.me', ({ userId, ...event }) => {
      positions.advanceUser(userId, event.stateRev);
      io.to(userRoom(userId)).emit('conversation:me', event);
    });
  }

  private updateMemberships(io: ChatServer): void {
    const { events, positions, sequencer } = this;
    events.on('conversation.added', ({ userId, conversation }) => {
      updateJoiningSockets(io, userId, (left) => left.delete(conversation.id));
      io.local.in(userRoom(userId)).socketsJoin(conversationRoom(conversation.id));
      positions.track(conversation.id, conversation.rev);
      io.local.to(userRoom(userId)).emit('conversation:added', { conversation });
      if (io.of('/').adapter.rooms.has(userRoom(userId))) sequencer.onLateJoin(conversation.id, conversation.rev);
    });
    events.on('conversation.removed', ({ conversationId, userId, reason }) => {
      updateJoiningSockets(io, userId, (left) => left.add(conversationId));
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

/**
 * Updates `leftWhileJoining` of the user's sockets that are still joining: each will join the rooms that `RoomSubscriber`
 * read from the database, possibly before this event.
 */
function updateJoiningSockets(io: ChatServer, userId: string, update: (left: Set<string>) => void): void {
  for (const id of io.of('/').adapter.rooms.get(userRoom(userId)) ?? []) {
    const left = io.of('/').sockets.get(id)?.data.leftWhileJoining;
    if (left) update(left);
  }
}
