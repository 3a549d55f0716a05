import { type RateLimiterRes, RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from 'pino';

import type { RateName } from '../config/rates.js';
import type { RateLimiter } from './rate-limiter.js';
import type { FixedWindowCounter } from './fixed-window-counter.js';
import type { RedisPubSub } from '../redis/redis-pubsub.js';

/** What is counted within this is told together; a limit may be overrun by as much as all nodes count meanwhile. */
const SHARE_MS = 500;
/** Keys of one rate that are told at once; the others have their turn after them. */
const MAX_KEYS = 1_000;

interface Shared {
  readonly windows: FixedWindowCounter;
  readonly total: RateLimiterRedis;
}

/**
 * Adds what this node has counted to what all nodes have, in Redis, behind the back of those who are counted. Without
 * Redis each node counts for itself, and tells what it has counted once Redis is back.
 */
export class ClusterCounters {
  private readonly rates: readonly Shared[];
  private timer: NodeJS.Timeout | undefined;
  private isFailing = false;

  /** @param prefix of the keys in Redis, which may serve several databases */
  constructor(
    limits: RateLimiter,
    private readonly redis: RedisPubSub,
    prefix: string,
    private readonly log: Logger,
  ) {
    this.rates = Array.from(limits.all, ([name, windows]) => ({
      windows,
      total: totalOf(name, windows, redis, prefix),
    }));
  }

  /** From here on what is counted is told. */
  begin(): void {
    for (const { windows } of this.rates) windows.onNews = () => this.shareSoon();
    this.redis.onUp(() => this.shareSoon());
  }

  private shareSoon(): void {
    this.timer ??= setTimeout(() => void this.share(), SHARE_MS).unref();
  }

  private async share(): Promise<void> {
    if (this.redis.isUp) await this.tellNews();
    // Not before the answers: one round at a time.
    this.timer = undefined;
    if (this.redis.isUp && this.rates.some(({ windows }) => windows.hasNews)) this.shareSoon();
  }

  private async tellNews(): Promise<void> {
    const told = this.rates.flatMap(({ windows, total }) =>
      windows.takeNews(MAX_KEYS).map(([key, points]) => this.tell(windows, total, key, points)),
    );
    if ((await Promise.all(told)).every(Boolean)) this.isFailing = false;
  }

  /** @returns whether it has reached Redis */
  private async tell(
    windows: FixedWindowCounter,
    total: RateLimiterRedis,
    key: string,
    points: number,
  ): Promise<boolean> {
    try {
      const { consumedPoints, msBeforeNext }: RateLimiterRes = await total.penalty(key, points);
      windows.settle(key, consumedPoints, msBeforeNext);
      return true;
    } catch (error) {
      windows.untold(key, points);
      // That Redis is gone is told by others.
      if (!this.isFailing && this.redis.isUp) this.log.warn({ err: error }, 'each node counts for itself');
      this.isFailing = true;
      return false;
    }
  }
}

function totalOf(name: RateName, { rate }: FixedWindowCounter, redis: RedisPubSub, prefix: string): RateLimiterRedis {
  return new RateLimiterRedis({
    storeClient: redis.commands,
    keyPrefix: `${prefix}:limits:${name}`,
    points: rate.limit,
    duration: rate.windowMs / 1_000,
  });
}
