import type { Rate } from '../config/rates.js';

/** Beyond this the oldest windows are evicted. 100,000 keys take about 20 MiB. */
const MAX_KEYS = 100_000;
/** A key is shared with other nodes once one part in `SHARE_DIVISOR` of its limit is used. */
const SHARE_DIVISOR = 10;

interface Window {
  /** Counted by all nodes, as far as this node knows. */
  count: number;
  /** Counted by this node and not pushed yet; negative after a refund. */
  unshared: number;
  /** Time of the last increment. All times here are milliseconds of the monotonic clock. */
  grownAt: number;
  endsAt: number;
  wasRefused: boolean;
}

/** The outcome of one use. */
export interface Spent {
  /** Milliseconds until a retry can succeed; 0 when the use was counted. */
  readonly waitMs: number;
  /** Whether this is the first use in its window that was refused. */
  readonly isFirstRefusal: boolean;
}

const COUNTED: Spent = { waitMs: 0, isFirstRefusal: false };

/** Counts uses per key in fixed windows, in bounded memory. Refused uses are not counted. */
export class FixedWindowCounter {
  /** In the order in which they began, which is also the order in which they end. */
  private readonly windows = new Map<string, Window>();
  private dirtyKeys = new Set<string>();
  /** Called when the first key becomes dirty; null when counts are not shared. */
  onDirty: (() => void) | null = null;

  constructor(readonly rate: Rate) {}

  /** The number of keys in memory. @public for its test */
  get size(): number {
    return this.windows.size;
  }

  /** Counts one use unless the limit is reached. */
  spend(key: string, now = performance.now()): Spent {
    const window = this.windowAt(key, now);
    if (window.count < this.rate.limit) {
      this.increment(key, window, now);
      return COUNTED;
    }
    const isFirstRefusal = !window.wasRefused;
    window.wasRefused = true;
    return { waitMs: window.endsAt - now, isFirstRefusal };
  }

  /**
   * Counts one use. Beyond the limit, each use must wait after the one before it: one second, then twice as long each
   * time, up to `maxMs`.
   */
  spendWithBackoff(key: string, maxMs: number, now = performance.now()): Spent {
    const window = this.windowAt(key, now);
    const waitMs = window.grownAt + backOffMs(window.count - this.rate.limit, maxMs) - now;
    if (waitMs <= 0) {
      this.increment(key, window, now);
      return COUNTED;
    }
    const isFirstRefusal = !window.wasRefused;
    window.wasRefused = true;
    return { waitMs, isFirstRefusal };
  }

  /** Refunds `points` uses, at most as many as were counted. */
  refund(key: string, points = 1, now = performance.now()): void {
    const window = this.windows.get(key);
    if (!window || window.endsAt <= now) return;
    const taken = Math.min(points, window.count);
    window.count -= taken;
    window.unshared -= taken;
    this.markDirty(key);
  }

  /** Whether there are counts to push to other nodes. */
  get hasDirtyKeys(): boolean {
    return this.dirtyKeys.size > 0;
  }

  /** Returns and clears the unshared counts of up to `max` dirty keys. */
  drainDirty(max: number): [key: string, points: number][] {
    const keys = [...this.dirtyKeys].slice(0, max);
    for (const key of keys) this.dirtyKeys.delete(key);
    return keys.flatMap((key): [string, number][] => {
      const window = this.windows.get(key);
      if (!window) return [];
      const points = window.unshared;
      window.unshared = 0;
      return [[key, points]];
    });
  }

  /** Applies the cluster's count: all nodes together have counted `total` in a window that ends in `endsInMs`. */
  applyClusterCount(key: string, total: number, endsInMs: number, now = performance.now()): void {
    const window = this.windows.get(key);
    if (!window) return;
    const count = total + window.unshared;
    if (count > window.count) window.grownAt = now;
    window.count = count;
    window.endsAt = now + endsInMs;
  }

  /** Restores drained points whose push failed. */
  restore(key: string, points: number): void {
    const window = this.windows.get(key);
    if (window) window.unshared += points;
  }

  private windowAt(key: string, now: number): Window {
    const known = this.windows.get(key);
    if (known && now < known.endsAt) return known;
    const window = { count: 0, unshared: 0, grownAt: now, endsAt: now + this.rate.windowMs, wasRefused: false };
    this.windows.delete(key);
    this.makeRoom(now);
    this.windows.set(key, window);
    return window;
  }

  /** Evicts up to two ended windows, more than are added, and the oldest windows when there are too many. */
  private makeRoom(now: number): void {
    let visited = 0;
    for (const [key, { endsAt }] of this.windows) {
      if (++visited > 2 || (endsAt > now && this.windows.size < MAX_KEYS)) return;
      this.windows.delete(key);
    }
  }

  private increment(key: string, window: Window, now: number): void {
    window.count++;
    window.unshared++;
    window.grownAt = now;
    if (window.count * SHARE_DIVISOR >= this.rate.limit) this.markDirty(key);
  }

  private markDirty(key: string): void {
    if (!this.onDirty || this.dirtyKeys.size >= MAX_KEYS) return;
    this.dirtyKeys.add(key);
    if (this.dirtyKeys.size === 1) this.onDirty();
  }
}

/** The wait after `over` uses beyond the limit: 1 s, 2 s, 4 s … `maxMs`; 0 while `over` is negative. */
export function backOffMs(over: number, maxMs: number): number {
  return over < 0 ? 0 : Math.min(1_000 * 2 ** Math.min(over, 30), maxMs);
}
