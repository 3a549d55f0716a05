import { DomainError } from '../../common/domain-error.js';
import { RATE_NAMES, type RateName, RATES, type Rates } from '../config/rates.js';
import { FixedWindowCounter, type Spent } from './fixed-window-counter.js';

/** Called once per key and window, when its limit is reached first. `key` is left out where it could be personal. */
type LimitListener = (reached: { rate: RateName; key?: string }) => void;

/**
 * The rate limits of REST and socket, which share their counts. It decides in memory, without waiting; `ClusterCounters`
 * merges the counts of other nodes.
 */
export class RateLimiter {
  /** By rate; `ClusterCounters` shares them with other nodes. */
  readonly counters: ReadonlyMap<RateName, FixedWindowCounter>;

  /** @param rates null disables all limits */
  constructor(
    rates: Rates | null,
    private readonly onLimitReached: LimitListener = () => undefined,
  ) {
    this.counters = new Map(rates && RATE_NAMES.map((name) => [name, new FixedWindowCounter(rates[name])]));
  }

  /** Charges `key` with one use of the rate. @throws DomainError `rate_limited` when the limit is reached */
  charge(name: RateName, key: string): void {
    const waitMs = this.spend(name, key);
    if (waitMs > 0) throw rateLimited(waitMs);
  }

  /** {@link charge} that does not throw. @returns milliseconds to wait; 0 when it was charged */
  spend(name: RateName, key: string): number {
    const counter = this.counters.get(name);
    return counter ? this.report(name, key, counter.spend(key)) : 0;
  }

  /**
   * {@link spend} that admits single uses beyond the limit, each after a wait that doubles up to `maxMs`.
   * @returns milliseconds to wait; 0 when it was charged
   */
  spendWithBackoff(name: RateName, key: string, maxMs: number): number {
    const counter = this.counters.get(name);
    return counter ? this.report(name, key, counter.spendWithBackoff(key, maxMs)) : 0;
  }

  /** Refunds `points` uses, at most as many as were charged. */
  refund(name: RateName, key: string, points = 1): void {
    this.counters.get(name)?.refund(key, points);
  }

  private report(name: RateName, key: string, { waitMs, isFirstRefusal }: Spent): number {
    // The key of a `target` rate may be an e-mail address or a login, which must not be logged.
    if (isFirstRefusal) this.onLimitReached({ rate: name, ...(RATES[name].per !== 'target' && { key }) });
    return waitMs;
  }
}

/** A `rate_limited` error to be retried after `waitMs`, rounded up to whole milliseconds. */
export function rateLimited(waitMs: number, detail = 'Too many requests. Wait a little.'): DomainError {
  return new DomainError('rate_limited', detail, { retryAfterMs: Math.ceil(waitMs) });
}
