import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { SessionsService } from '../../sessions/sessions.service.js';
import { Epoch } from '../../common/epoch.js';
import { ENV, type Env } from '../../infrastructure/config/env.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { StreamPositionsService } from '../../sync/stream-positions.store.js';
import { TokenExpiryTimer } from './token-expiry.js';
import { EventSequencer } from '../cluster/event-sequencer.js';
import { type ChatSocket, conversationRoom, sessionRoom, userRoom } from './socket-types.js';
import { ClusterBridge } from '../cluster/cluster-bridge.js';
import { StreamPositions } from '../cluster/stream-positions.js';

/** Subscribes a new socket to everything of its user, then tells it so. */
@Injectable()
export class SocketInitializer {
  constructor(
    private readonly sessions: SessionsService,
    private readonly progress: StreamPositionsService,
    private readonly expiry: TokenExpiryTimer,
    private readonly gate: EventSequencer,
    private readonly nodes: ClusterBridge,
    private readonly told: StreamPositions,
    private readonly epoch: Epoch,
    @Inject(ENV) private readonly env: Env,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Joins the socket's rooms and emits `session:ready`. A socket that cannot be subscribed is closed, so that its client
   * comes back. Never throws.
   */
  async subscribe(socket: ChatSocket): Promise<void> {
    try {
      await this.join(socket);
    } catch (error) {
      this.log.error({ err: error, userId: socket.data.actor.userId }, 'could not subscribe');
      socket.disconnect(true);
    }
  }

  private async join(socket: ChatSocket): Promise<void> {
    const { userId, sessionId } = socket.data.actor;
    // These first: what ends the session or changes memberships from here on reaches this socket.
    await socket.join([userRoom(userId), sessionRoom(sessionId)]);
    const left = (socket.data.leftMeanwhile = new Set<string>());
    const { clock: moment } = this.told;
    const [ended, { stateRev, revs }] = await Promise.all([
      this.sessions.endReason(sessionId),
      this.progress.of(userId),
    ]);
    // Who has gone meanwhile needs nothing any more.
    if (!socket.connected) return;
    if (ended) {
      socket.emit('session:ended', { reason: ended });
      socket.disconnect(true);
      return;
    }
    const joined = socket.join([...revs.keys()].filter((id) => !left.has(id)).map(conversationRoom));
    delete socket.data.leftMeanwhile;
    // Before anything else is told here.
    this.told.trackUser(userId, stateRev, revs);
    // Where this node has followed a conversation meanwhile, it has noticed who left.
    for (const [id, rev] of revs) if (this.told.trackedSince(moment, id)) this.gate.onLateJoin(id, rev);
    await joined;
    await this.nodes.subscriptionsReady();
    socket.emit('session:ready', {
      userId,
      sessionId,
      epoch: this.epoch.value,
      stateRev,
      serverTime: new Date().toISOString(),
      heartbeat: { intervalMs: this.env.pingIntervalMs, timeoutMs: this.env.pingTimeoutMs },
    });
    this.expiry.watch(socket);
  }
}
