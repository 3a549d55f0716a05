import { Inject, Injectable } from '@nestjs/common';

import { type DomainEvents, Events } from '../../domain-events.js';
import { RedisPubSub } from '../../infrastructure/redis/redis-pubsub.js';
import { OnlineUsers } from '../../presence/online-users.js';
import { PresenceNotifier } from '../events/presence-notifier.js';
import type { RealtimeComponent } from '../gateway/realtime-component.js';
import type { ChatServer } from '../gateway/socket-types.js';
import { ClusterPresence } from './cluster-presence.js';

/** Domain events that every node must process, because each has sockets, rooms or caches to update. */
const CLUSTER_EVENTS = [
  'conversation.added',
  'conversation.removed',
  'conversation.deleted',
  'session.ended',
  'block.changed',
] as const satisfies readonly (keyof DomainEvents)[];

/**
 * Connects this node with the others, if `REDIS_URL` is set. Without it, the bridge does nothing.
 *
 * It forwards the domain events of {@link CLUSTER_EVENTS} that this node publishes to all other nodes, and publishes theirs
 * on this node's bus, with the origin `cluster`. It also exchanges presence (`ClusterPresence`).
 *
 * Events to rooms do not pass through it: Socket.IO's Redis adapter sends them, and `RemoteEvents` receives them. Redis may
 * lose any of these messages; `AntiEntropy` finds the loss in the database.
 */
@Injectable()
export class ClusterBridge implements RealtimeComponent {
  private clusterPresence: ClusterPresence | undefined;

  constructor(
    private readonly events: Events,
    private readonly online: OnlineUsers,
    private readonly presence: PresenceNotifier,
    @Inject(RedisPubSub) private readonly pubsub: RedisPubSub | null,
  ) {}

  /** Whether other nodes may exist that this one is connected with. */
  get isClustered(): boolean {
    return this.pubsub !== null;
  }

  onServerReady(io: ChatServer): void {
    if (!this.pubsub) return;
    for (const name of CLUSTER_EVENTS) {
      this.events.on(name, (event, origin) => {
        if (origin === 'local') io.serverSideEmit('fact', name, event);
      });
    }
    io.on('fact', (name, event) => this.events.publish(name, event, 'cluster'));
    const clusterPresence = new ClusterPresence(
      this.online,
      (message) => io.serverSideEmit('presence', message),
      (userIds, at) => this.presence.recordLastSeen(userIds, at),
    );
    io.on('presence', (message) => clusterPresence.onMessage(message));
    this.clusterPresence = clusterPresence;
  }

  /**
   * Resolves when this node is subscribed to the channels of all rooms that it has sockets in, after 1 s at the latest.
   * `RoomSubscriber` waits for it before `session:ready`, `JoinCatchUp` before it reads a new conversation.
   */
  async subscriptionsReady(): Promise<void> {
    await this.pubsub?.settled();
  }

  /** Calls `listener` after each reconnect to Redis. Messages of other nodes may have been missed before it. */
  onReconnect(listener: () => void): void {
    this.pubsub?.onUp(listener);
  }

  /** Announces to the other nodes that this one stops. `ConnectionDrainer` calls it when all sockets are closed. */
  stop(): void {
    this.clusterPresence?.stop();
  }
}
