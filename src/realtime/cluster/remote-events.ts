import { Inject, Injectable } from '@nestjs/common';

import type { DomainEvents } from '../../domain-events.js';
import { RedisPubSub } from '../../infrastructure/redis/redis-pubsub.js';
import { TypingTracker } from '../events/typing-tracker.js';
import { interceptRemoteEvents, type RemoteEvent } from '../fanout/socketio-internals.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { isSubscribed } from '../rooms.js';
import { type Change, EventSequencer } from './event-sequencer.js';
import { StreamPositions } from './stream-positions.js';

/**
 * Receives the events that other nodes broadcast to rooms with sockets on this node. Socket.IO's Redis adapter would deliver
 * them at once; this component passes changes of conversations through `EventSequencer` first, and keeps `StreamPositions`
 * and `TypingTracker` up to date. Does nothing without Redis.
 */
@Injectable()
export class RemoteEvents implements RealtimeComponent {
  constructor(
    private readonly sequencer: EventSequencer,
    private readonly positions: StreamPositions,
    private readonly typing: TypingTracker,
    @Inject(RedisPubSub) private readonly pubsub: RedisPubSub | null,
  ) {}

  onServerReady(io: ChatServer): void {
    if (!this.pubsub) return;
    interceptRemoteEvents(io.of('/').adapter, (event, deliver) => this.onRemoteEvent(io, event, deliver));
  }

  private onRemoteEvent(io: ChatServer, event: RemoteEvent, deliver: () => void): void {
    if (event.name === 'message:created')
      this.typing.onMessageCreated(event.payload as DomainEvents['message.created']);
    if (event.name === 'conversation:me') this.positions.onPrivateEvent(event);
    if (isChange(event.payload)) this.sequencer.dispatch(event.payload, deliver, isUnappliedDeparture(io, event));
    else deliver();
  }
}

const isChange = (payload: unknown): payload is Change =>
  typeof payload === 'object' && payload !== null && 'conversationId' in payload && 'rev' in payload;

/** Whether the event is the departure of a user who is still subscribed here: its `conversation.removed` is late or lost. */
function isUnappliedDeparture(io: ChatServer, { name, payload }: RemoteEvent): boolean {
  if (name !== 'member:left') return false;
  const { conversationId, userId } = payload as DomainEvents['member.left'];
  return isSubscribed(io, userId, conversationId);
}
