import { Inject, Injectable } from '@nestjs/common';

import { RedisPubSub } from '../../infrastructure/redis/redis-pubsub.js';
import { OnlineUsers } from '../../presence/online-users.js';
import { type DomainEvents, Events } from '../../domain-events.js';
import { type Change, EventSequencer } from './event-sequencer.js';
import { type ChatServer, isListening } from '../gateway/socket-types.js';
import { LocalEvents } from './local-events.js';
import { onRemoteEvent, type RemoteEvent } from '../fanout/socketio-internals.js';
import { ClusterPresence } from './cluster-presence.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import { PresenceNotifier } from '../events/presence-notifier.js';
import { StreamPositions } from './stream-positions.js';
import { TypingTracker } from '../events/typing-tracker.js';

/** What every node has to do something about, whichever sockets it holds. */
const CLUSTER_EVENTS = [
  'conversation.added',
  'conversation.removed',
  'conversation.deleted',
  'session.ended',
  'block.changed',
] as const satisfies readonly (keyof DomainEvents)[];

/**
 * The other nodes. Events to rooms reach them by Socket.IO's adapter; what is announced here of {@link CLUSTER_EVENTS} is announced
 * there as well, and who is connected is told. All of it may be lost, and is found by comparing with the database.
 */
@Injectable()
export class ClusterBridge implements RealtimeComponent {
  private nodePresence: ClusterPresence | undefined;

  constructor(
    private readonly events: Events,
    private readonly here: LocalEvents,
    private readonly gate: EventSequencer,
    private readonly told: StreamPositions,
    private readonly online: OnlineUsers,
    private readonly presence: PresenceNotifier,
    private readonly typing: TypingTracker,
    @Inject(RedisPubSub) private readonly pubsub: RedisPubSub | null,
  ) {}

  /** Whether there may be others. */
  get areJoined(): boolean {
    return this.pubsub !== null;
  }

  /** Begins to speak with the others, if there may be any. */
  onServerReady(io: ChatServer): void {
    if (!this.pubsub) return;
    for (const name of CLUSTER_EVENTS) {
      this.events.on(name, (event) => {
        if (!this.here.isAnnouncing) io.serverSideEmit('fact', name, event);
      });
    }
    io.on('fact', (name, event) => this.here.announce(name, event));
    const nodePresence = new ClusterPresence(
      this.online,
      (word) => io.serverSideEmit('presence', word),
      (userIds, at) => this.presence.note(userIds, at),
    );
    io.on('presence', (word) => nodePresence.onMessage(word));
    this.nodePresence = nodePresence;
    onRemoteEvent(io.of('/').adapter, (event, deliver) => this.onRemoteEvent(io, event, deliver));
  }

  /** Resolves once this node hears of all rooms that it has sockets in, or that takes too long. */
  async subscriptionsReady(): Promise<void> {
    await this.pubsub?.settled();
  }

  /** Calls back when this node hears the others again, and may have missed something. */
  onReconnect(listener: () => void): void {
    this.pubsub?.onUp(listener);
  }

  /** Before a shutdown: the others need not wait for word from here. */
  stop(): void {
    this.nodePresence?.stop();
  }

  private onRemoteEvent(io: ChatServer, event: RemoteEvent, deliver: () => void): void {
    if (event.name === 'message:created')
      this.typing.onMessageCreated(event.payload as DomainEvents['message.created']);
    if (event.name === 'conversation:me') this.told.onPrivateEvent(event);
    if (isChange(event.payload)) this.gate.dispatch(event.payload, deliver, isUnheeded(io, event));
    else deliver();
  }
}

const isChange = (payload: unknown): payload is Change =>
  typeof payload === 'object' && payload !== null && 'conversationId' in payload && 'rev' in payload;

/** Whether somebody has left who still listens here: that fact was lost, or is late. */
function isUnheeded(io: ChatServer, { name, payload }: RemoteEvent): boolean {
  if (name !== 'member:left') return false;
  const { conversationId, userId } = payload as DomainEvents['member.left'];
  return isListening(io, userId, conversationId);
}
