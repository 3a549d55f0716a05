import { Injectable } from '@nestjs/common';

import { SessionsService } from '../../sessions/sessions.service.js';
import { StreamPositionsRepository } from '../../sync/stream-positions.repository.js';
import { ClusterBridge } from '../cluster/cluster-bridge.js';
import { EventSequencer } from '../cluster/event-sequencer.js';
import { StreamPositions } from '../cluster/stream-positions.js';
import { conversationRoom, sessionRoom, userRoom } from '../rooms.js';
import type { ChatSocket } from './socket-types.js';

/**
 * Joins a new socket to the rooms of its user, its session and all conversations of the user. `SocketInitializer` calls it
 * once per connection. After it, the socket receives every later event, so that a sync begun then misses nothing.
 *
 * The user's room is joined first, and the database is read second. An event that is published in between reaches the
 * socket through the user's room: `Broadcaster` records the conversations that the user leaves in `leftWhileJoining`, and
 * they are skipped although the database read still contains them.
 */
@Injectable()
export class RoomSubscriber {
  constructor(
    private readonly sessions: SessionsService,
    private readonly streams: StreamPositionsRepository,
    private readonly positions: StreamPositions,
    private readonly sequencer: EventSequencer,
    private readonly cluster: ClusterBridge,
  ) {}

  /**
   * Disconnects the socket if its session has ended.
   * @returns the user's `stateRev` at the time of the read; null if the socket was closed meanwhile
   * @throws DomainError `unavailable` when the database cannot be read
   */
  async subscribe(socket: ChatSocket): Promise<number | null> {
    const { userId, sessionId } = socket.data.actor;
    await socket.join([userRoom(userId), sessionRoom(sessionId)]);
    const left = (socket.data.leftWhileJoining = new Set<string>());
    const readAt = this.positions.clock;
    const [endReason, { stateRev, revs }] = await Promise.all([
      this.sessions.endReason(sessionId),
      this.streams.of(userId),
    ]);
    if (!socket.connected) return null;
    if (endReason) {
      socket.emit('session:ended', { reason: endReason });
      socket.disconnect(true);
      return null;
    }
    const joined = socket.join([...revs.keys()].filter((id) => !left.has(id)).map(conversationRoom));
    delete socket.data.leftWhileJoining;
    // Before an event can be delivered to the rooms just joined.
    this.positions.trackUser(userId, stateRev, revs);
    // Conversations that this node tracked before the read need no check: `leftWhileJoining` holds their departures.
    for (const [id, rev] of revs) if (this.positions.trackedSince(readAt, id)) this.sequencer.onLateJoin(id, rev);
    await joined;
    await this.cluster.subscriptionsReady();
    return stateRev;
  }
}
