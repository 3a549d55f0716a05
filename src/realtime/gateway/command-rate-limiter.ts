import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { ENV, type Env } from '../../infrastructure/config/env.js';
import type { RateName } from '../../infrastructure/config/rates.js';
import { FixedWindowCounter } from '../../infrastructure/rate-limits/fixed-window-counter.js';
import { RateLimiter, rateLimited } from '../../infrastructure/rate-limits/rate-limiter.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import type { ChatSocket } from './socket-types.js';

/** Limit of commands in progress per socket. A client that waits for its acknowledgements stays far below. */
const MAX_IN_PROGRESS = 300;
const IN_PROGRESS_RETRY_MS = 100;
/** A socket is disconnected after this many times the `request` limit of rejected commands in one window. */
const REJECTIONS_BEFORE_DISCONNECT = 5;

/**
 * Limits the commands of sockets and disconnects sockets that ignore the limits. `CommandDispatcher` calls `begin`, `charge`
 * and `end` for each command, and `recordRejection` for each one that was rejected with `rate_limited`.
 */
@Injectable()
export class CommandRateLimiter {
  /** Rejected commands by socket; null if rate limits are off. */
  private readonly rejections: FixedWindowCounter | null;

  constructor(
    private readonly limits: RateLimiter,
    @Inject(ENV) { rates }: Pick<Env, 'rates'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.rejections =
      rates && new FixedWindowCounter({ ...rates.request, limit: rates.request.limit * REJECTIONS_BEFORE_DISCONNECT });
  }

  /** A command of the socket was received. */
  begin({ data }: ChatSocket): void {
    data.commandsInProgress = (data.commandsInProgress ?? 0) + 1;
  }

  /** A command of the socket was acknowledged. */
  end({ data }: ChatSocket): void {
    data.commandsInProgress = (data.commandsInProgress ?? 1) - 1;
  }

  /** Charges a received command to its user: to `request`, and to `rate` if given. @throws DomainError `rate_limited` */
  charge({ data }: ChatSocket, rate: RateName | null): void {
    if (!this.rejections) return;
    if ((data.commandsInProgress ?? 0) > MAX_IN_PROGRESS) {
      throw rateLimited(IN_PROGRESS_RETRY_MS, 'Too many commands in progress. Wait for acknowledgements.');
    }
    this.limits.charge('request', data.actor.userId);
    if (rate) this.limits.charge(rate, data.actor.userId);
  }

  /** Counts a rejected command, since rejecting costs something, too. Disconnects the socket if there were too many. */
  recordRejection(socket: ChatSocket): void {
    const waitMs = this.rejections?.spend(socket.id).waitMs ?? 0;
    if (waitMs === 0 || !socket.connected) return;
    this.log.warn({ userId: socket.data.actor.userId }, 'socket closed; it ignores the rate limits');
    socket.disconnect(true);
  }
}
