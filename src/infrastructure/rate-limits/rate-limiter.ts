import { DomainError } from '../../common/domain-error.js';
import { RATE_NAMES, type RateName, RATES, type Rates } from '../config/rates.js';
import { type Spent, FixedWindowCounter } from './fixed-window-counter.js';

/** Told once for each key and window that a limit was reached. */
type Report = (reached: { rate: RateName; key?: string }) => void;

/**
 * How much anybody may ask, the same over REST and socket. It decides at once, in memory; where nodes are joined, each
 * learns soon what the others have counted.
 */
export class RateLimiter {
  private readonly windows: ReadonlyMap<RateName, FixedWindowCounter>;

  /** @param rates null for no limits at all */
  constructor(
    rates: Rates | null,
    private readonly report: Report = () => undefined,
  ) {
    this.windows = new Map(rates && RATE_NAMES.map((name) => [name, new FixedWindowCounter(rates[name])]));
  }

  /** By name, for who shares them with other nodes. */
  get all(): ReadonlyMap<RateName, FixedWindowCounter> {
    return this.windows;
  }

  /** Charges `key` for one of that. @throws DomainError `rate_limited` when it has none left */
  charge(name: RateName, key: string): void {
    const waitMs = this.spend(name, key);
    if (waitMs > 0) throw rateLimited(waitMs);
  }

  /** The same for whom a refusal is not the last word. @returns milliseconds to wait; 0 when it was charged */
  spend(name: RateName, key: string): number {
    const windows = this.windows.get(name);
    return windows ? this.told(name, key, windows.spend(key)) : 0;
  }

  /** Charges, and beyond the limit lets one through after a wait that doubles each time, up to `maxMs`. */
  spendSlowly(name: RateName, key: string, maxMs: number): number {
    const windows = this.windows.get(name);
    return windows ? this.told(name, key, windows.spendSlowly(key, maxMs)) : 0;
  }

  /** Takes a charge back, or all of them. */
  refund(name: RateName, key: string, points = 1): void {
    this.windows.get(name)?.refund(key, points);
  }

  private told(name: RateName, key: string, { waitMs, isFirstRefusal }: Spent): number {
    // Whom it is about may be an e-mail address or a login name, which no log shows.
    if (isFirstRefusal) this.report({ rate: name, ...(RATES[name].per !== 'target' && { key }) });
    return waitMs;
  }
}

/** To be tried again after `waitMs`. */
export function rateLimited(waitMs: number, detail = 'Too many requests. Wait a little.'): DomainError {
  return new DomainError('rate_limited', detail, { retryAfterMs: Math.ceil(waitMs) });
}
