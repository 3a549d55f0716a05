import type { Logger } from 'pino';
import { type RateLimiterRes, RateLimiterRedis } from 'rate-limiter-flexible';

import type { RateName } from '../config/rates.js';
import type { RedisPubSub } from '../redis/redis-pubsub.js';
import type { FixedWindowCounter } from './fixed-window-counter.js';
import type { RateLimiter } from './rate-limiter.js';

/** Counts are pushed in batches. Within one interval, the nodes together may exceed a limit. */
const PUSH_INTERVAL_MS = 500;
/** Keys of one rate per push; further keys wait for the next push. */
const MAX_KEYS_PER_PUSH = 1_000;

interface SharedRate {
  readonly counter: FixedWindowCounter;
  readonly total: RateLimiterRedis;
}

/**
 * Shares the rate limiter's counts between nodes through Redis. It pushes in the background, so that no request waits for
 * Redis. Without Redis each node counts by itself, and pushes its counts after the reconnect. The application module
 * starts it once, when `REDIS_URL` is set.
 */
export class ClusterCounters {
  private readonly rates: readonly SharedRate[];
  private timer: NodeJS.Timeout | undefined;
  private isFailing = false;

  /** @param prefix of the keys in Redis, which several databases may share */
  constructor(
    limits: RateLimiter,
    private readonly redis: RedisPubSub,
    prefix: string,
    private readonly log: Logger,
  ) {
    this.rates = Array.from(limits.counters, ([name, counter]) => ({
      counter,
      total: totalOf(name, counter, redis, prefix),
    }));
  }

  /** Pushes counts from now on. */
  start(): void {
    for (const { counter } of this.rates) counter.onDirty = () => this.schedulePush();
    this.redis.onUp(() => this.schedulePush());
  }

  private schedulePush(): void {
    this.timer ??= setTimeout(() => void this.pushAndReschedule(), PUSH_INTERVAL_MS).unref();
  }

  private async pushAndReschedule(): Promise<void> {
    if (this.redis.isUp) await this.pushDirty();
    // Cleared only after the answers, so that pushes do not overlap.
    this.timer = undefined;
    if (this.redis.isUp && this.rates.some(({ counter }) => counter.hasDirtyKeys)) this.schedulePush();
  }

  private async pushDirty(): Promise<void> {
    const pushes = this.rates.flatMap((rate) =>
      rate.counter.drainDirty(MAX_KEYS_PER_PUSH).map(([key, points]) => this.push(rate, key, points)),
    );
    if ((await Promise.all(pushes)).every(Boolean)) this.isFailing = false;
  }

  /** @returns whether Redis has counted it */
  private async push({ counter, total }: SharedRate, key: string, points: number): Promise<boolean> {
    try {
      const { consumedPoints, msBeforeNext }: RateLimiterRes = await total.penalty(key, points);
      counter.applyClusterCount(key, consumedPoints, msBeforeNext);
      return true;
    } catch (error) {
      counter.restore(key, points);
      // `RedisPubSub` logs a lost connection.
      if (!this.isFailing && this.redis.isUp) {
        this.log.warn({ err: error }, 'rate limits not shared; counting on this node only');
      }
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
