import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { ENV, type Env } from '../../infrastructure/config/env.js';
import type { RateName } from '../../infrastructure/config/rates.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { RateLimiter, rateLimited } from '../../infrastructure/rate-limits/rate-limiter.js';
import { FixedWindowCounter } from '../../infrastructure/rate-limits/fixed-window-counter.js';
import type { ChatSocket } from './socket-types.js';

/** Of one socket; a client that waits for its acknowledgements never comes near. */
const MAX_RUNNING = 300;
const BUSY_RETRY_MS = 100;
/** Who goes on until so many times what a user may ask were refused within the window is cut off. */
const REJECTIONS_BEFORE_DISCONNECT = 5;

/** How much a socket may ask, and what becomes of one that goes on asking. */
@Injectable()
export class CommandRateLimiter {
  /** By socket; null for no limits. */
  private readonly refusals: FixedWindowCounter | null;

  constructor(
    private readonly limits: RateLimiter,
    @Inject(ENV) { rates }: Pick<Env, 'rates'>,
    @Inject(LOGGER) private readonly log: Logger,
  ) {
    this.refusals =
      rates && new FixedWindowCounter({ ...rates.request, limit: rates.request.limit * REJECTIONS_BEFORE_DISCONNECT });
  }

  /** A command has come. */
  begin({ data }: ChatSocket): void {
    data.running = (data.running ?? 0) + 1;
  }

  /** It was answered. */
  end({ data }: ChatSocket): void {
    data.running = (data.running ?? 1) - 1;
  }

  /** Charges a command that has begun. @throws DomainError `rate_limited` */
  admit({ data }: ChatSocket, rate: RateName | null): void {
    if (!this.refusals) return;
    if ((data.running ?? 0) > MAX_RUNNING) throw rateLimited(BUSY_RETRY_MS, 'Too many commands at once.');
    this.limits.charge('request', data.actor.userId);
    if (rate) this.limits.charge(rate, data.actor.userId);
  }

  /** A command was refused for a limit: refusals cost something too. */
  recordRejection(socket: ChatSocket): void {
    const flood = this.refusals?.spend(socket.id).waitMs ?? 0;
    if (flood === 0 || !socket.connected) return;
    this.log.warn({ userId: socket.data.actor.userId }, 'disconnected as it goes on asking');
    socket.disconnect(true);
  }
}
