import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { Epoch } from '../../common/epoch.js';
import { ENV, type Env } from '../../infrastructure/config/env.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { RoomSubscriber } from './room-subscriber.js';
import type { ChatSocket } from './socket-types.js';
import { TokenExpiryTimer } from './token-expiry.js';

/** Prepares a new socket. `ChatGateway` calls it once per connection; commands are accepted meanwhile. */
@Injectable()
export class SocketInitializer {
  constructor(
    private readonly rooms: RoomSubscriber,
    private readonly expiry: TokenExpiryTimer,
    private readonly epoch: Epoch,
    @Inject(ENV) private readonly env: Pick<Env, 'pingIntervalMs' | 'pingTimeoutMs'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /**
   * Joins the socket's rooms, emits `session:ready` and starts the timer of its access token. A socket that cannot be
   * subscribed is closed, so that its client reconnects. Never throws.
   */
  async initialize(socket: ChatSocket): Promise<void> {
    try {
      const stateRev = await this.rooms.subscribe(socket);
      if (stateRev === null) return;
      this.emitReady(socket, stateRev);
      this.expiry.watch(socket);
    } catch (error) {
      this.log.error({ err: error, userId: socket.data.actor.userId }, 'subscription failed; socket closed');
      socket.disconnect(true);
    }
  }

  private emitReady(socket: ChatSocket, stateRev: number): void {
    const { userId, sessionId } = socket.data.actor;
    socket.emit('session:ready', {
      userId,
      sessionId,
      epoch: this.epoch.value,
      stateRev,
      serverTime: new Date().toISOString(),
      heartbeat: { intervalMs: this.env.pingIntervalMs, timeoutMs: this.env.pingTimeoutMs },
    });
  }
}
