import type { Rate } from '../config/rates.js';

/** Beyond so many the oldest are forgotten: some 20 MiB, where somebody has as many addresses. */
const MAX_KEYS = 100_000;
/** What a key has used of its limit on this node, from which on it is worth telling the others: one in so many. */
const WORTH_SHARING = 10;

interface Window {
  /** By all nodes, as far as is known here. */
  count: number;
  /** Of these by this node, and not told yet; less than none where some were taken back. */
  unshared: number;
  /** When it grew last, by the monotonic clock in milliseconds, as is all time here. */
  grownAt: number;
  endsAt: number;
  wasRefused: boolean;
}

/** What became of one more. */
export interface Spent {
  /** Milliseconds until it may be tried again; 0 when it was counted. */
  readonly waitMs: number;
  /** The first in its window that was not. */
  readonly isFirstRefusal: boolean;
}

const COUNTED: Spent = { waitMs: 0, isFirstRefusal: false };

/** Counts by key in fixed windows, in memory that is bounded; what is refused is not counted. */
export class FixedWindowCounter {
  /** In the order in which they began, which is that in which they end. */
  private readonly windows = new Map<string, Window>();
  private news = new Set<string>();
  /** Called when there is the first news for other nodes. */
  onNews: (() => void) | null = null;

  constructor(readonly rate: Rate) {}

  /** Counts one more, if there is room for it. */
  spend(key: string, now = performance.now()): Spent {
    const window = this.at(key, now);
    if (window.count < this.rate.limit) {
      this.grow(key, window, now);
      return COUNTED;
    }
    const isFirstRefusal = !window.wasRefused;
    window.wasRefused = true;
    return { waitMs: window.endsAt - now, isFirstRefusal };
  }

  /**
   * Counts one more; beyond the limit each has to wait after the one before, for a second and then twice as long each
   * time, up to `maxMs`.
   */
  spendSlowly(key: string, maxMs: number, now = performance.now()): Spent {
    const window = this.at(key, now);
    const waitMs = window.grownAt + backOffMs(window.count - this.rate.limit, maxMs) - now;
    if (waitMs <= 0) {
      this.grow(key, window, now);
      return COUNTED;
    }
    const isFirstRefusal = !window.wasRefused;
    window.wasRefused = true;
    return { waitMs, isFirstRefusal };
  }

  /** Takes one back, or all. */
  refund(key: string, points = 1, now = performance.now()): void {
    const window = this.windows.get(key);
    if (!window || window.endsAt <= now) return;
    const taken = Math.min(points, window.count);
    window.count -= taken;
    window.unshared -= taken;
    this.tell(key);
  }

  /** Whether there is something to tell other nodes. */
  get hasNews(): boolean {
    return this.news.size > 0;
  }

  /** What this node has counted since the last time, of up to `max` keys that are worth telling. */
  takeNews(max: number): [key: string, points: number][] {
    const keys = [...this.news].slice(0, max);
    for (const key of keys) this.news.delete(key);
    return keys.flatMap((key): [string, number][] => {
      const window = this.windows.get(key);
      if (!window) return [];
      const points = window.unshared;
      window.unshared = 0;
      return [[key, points]];
    });
  }

  /** All nodes together have counted `total`, in a window that ends in `endsInMs`. */
  settle(key: string, total: number, endsInMs: number, now = performance.now()): void {
    const window = this.windows.get(key);
    if (!window) return;
    const count = total + window.unshared;
    if (count > window.count) window.grownAt = now;
    window.count = count;
    window.endsAt = now + endsInMs;
  }

  /** What was taken as news did not reach anybody. */
  untold(key: string, points: number): void {
    const window = this.windows.get(key);
    if (window) window.unshared += points;
  }

  private at(key: string, now: number): Window {
    const known = this.windows.get(key);
    if (known && now < known.endsAt) return known;
    const window = { count: 0, unshared: 0, grownAt: now, endsAt: now + this.rate.windowMs, wasRefused: false };
    this.windows.delete(key);
    this.makeRoom(now);
    this.windows.set(key, window);
    return window;
  }

  /** Forgets a few that have ended, more than are begun, and the oldest where there are too many. */
  private makeRoom(now: number): void {
    let looked = 0;
    for (const [key, { endsAt }] of this.windows) {
      if (++looked > 2 || (endsAt > now && this.windows.size < MAX_KEYS)) return;
      this.windows.delete(key);
    }
  }

  private grow(key: string, window: Window, now: number): void {
    window.count++;
    window.unshared++;
    window.grownAt = now;
    if (window.count * WORTH_SHARING >= this.rate.limit) this.tell(key);
  }

  private tell(key: string): void {
    if (!this.onNews || this.news.size >= MAX_KEYS) return;
    this.news.add(key);
    if (this.news.size === 1) this.onNews();
  }
}

/** How long the next one waits after `over` beyond the limit: 1 s, 2 s, 4 s … `maxMs`; nothing below it. */
export function backOffMs(over: number, maxMs: number): number {
  return over < 0 ? 0 : Math.min(1_000 * 2 ** Math.min(over, 30), maxMs);
}
