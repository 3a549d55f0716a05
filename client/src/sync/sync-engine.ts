import type { Connection } from '../connection/connection.js';
import { Emitter } from '../emitter.js';
import { ProblemError, UnreachableError } from '../errors.js';
import type { LogEvent } from '../server-events.js';
import { backoffMs } from '../model/backoff.js';
import type { StateChange, SyncState } from '../model/sync-state.js';
import type { Timing } from '../options.js';
import type { Receipt, SyncResult } from '../api-types.js';

/** A sync that goes on for longer is none. */
const MAX_PAGES = 1_000;

/** What the log tells those who show it. */
export interface SyncSignals {
  /** A step is done. */
  effect: { readonly effect: StateChange; readonly isLive: boolean };
  /** The head of the world has moved, with or without an effect. */
  moved: undefined;
  receipts: readonly Receipt[];
  /** Everything is known. */
  synced: undefined;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What the log needs of the connection. */
export type SyncLine = Pick<Connection, 'command' | 'isOnline' | 'setSyncing'>;

/**
 * Follows the server's log: takes each event by the rule of the {@link SyncState}, and fetches what is missing, one fetch at
 * a time, while what comes meanwhile waits until that has landed.
 */
export class SyncEngine {
  readonly signals = new Emitter<SyncSignals>();
  /** Conversations whose receipts are shown: at most 100 are asked for. */
  receiptsOf: () => readonly string[] = () => [];
  private waiting: LogEvent[] = [];
  /** Events that came before another that is missing. */
  private held: LogEvent[] = [];
  private gapTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private isBehind = true;
  private isAtWork = false;
  private failures = 0;
  /** Counts connections: what was begun on one has no say on the next. */
  private line = 0;
  private waiters: Waiter[] = [];

  constructor(
    private current: SyncState,
    private readonly connection: SyncLine,
    private readonly timing: Timing,
  ) {}

  get world(): SyncState {
    return this.current;
  }

  /** Begins with another world. Only while offline. */
  begin(world: SyncState): void {
    this.offline();
    this.current = world;
  }

  /** The connection is there and subscribed: whatever happened before is asked for. */
  online(): void {
    this.failures = 0;
    this.line++;
    this.connection.setSyncing(true);
    this.askAgain();
  }

  /** What was not taken yet comes again with the sync that follows. */
  offline(): void {
    this.line++;
    this.isBehind = true;
    this.waiting = [];
    this.letGo();
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.giveUp(new UnreachableError());
  }

  /** Takes an event; while a sync runs, it waits until that has landed. */
  receive(event: LogEvent): void {
    this.waiting.push(event);
    this.work();
  }

  /** Resolves once all that was stored before this call is known here. @throws UnreachableError when offline */
  sync(): Promise<void> {
    if (!this.connection.isOnline) return Promise.reject(new UnreachableError());
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.askAgain();
    });
  }

  private askAgain(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.isBehind = true;
    this.work();
  }

  private work(): void {
    if (this.isAtWork) return;
    this.isAtWork = true;
    void this.run();
  }

  private async run(): Promise<void> {
    try {
      for (;;) {
        if (this.isBehind) {
          if (!this.connection.isOnline || this.retryTimer !== undefined) return;
          await this.fetch();
        } else {
          const event = this.waiting.shift();
          if (!event) return;
          this.take(event);
        }
      }
    } finally {
      // In the same turn in which it found nothing more: what comes next has to wake it.
      this.isAtWork = false;
    }
  }

  private take(event: LogEvent): void {
    const { outcome, effect } = this.world.apply(event);
    if (outcome === 'gap') {
      this.hold(event);
      return;
    }
    if (effect) this.signals.emit('effect', { effect, isLive: true });
    if (outcome !== 'applied') return;
    this.signals.emit('moved', undefined);
    // It may be what these waited for.
    if (this.held.length === 0) return;
    this.waiting = [...this.held, ...this.waiting];
    this.held = [];
  }

  /** Events of one conversation may overtake each other on their way: a moment later there may be no gap. */
  private hold(event: LogEvent): void {
    if (event.name === 'conversation:added') {
      this.isBehind = true;
      return;
    }
    this.held.push(event);
    this.gapTimer ??= setTimeout(() => {
      this.gapTimer = undefined;
      if (this.held.some((event) => this.world.misses(event))) this.askAgain();
      else this.held = [];
    }, this.timing.gapMs);
  }

  /** What was held is in the answer to a sync that begins now. */
  private letGo(): void {
    this.held = [];
    clearTimeout(this.gapTimer);
    this.gapTimer = undefined;
  }

  /** Syncs until everything is known. Whatever goes wrong, the next attempt is already planned. */
  private async fetch(): Promise<void> {
    const { line } = this;
    const waiters = this.waiters.splice(0);
    this.letGo();
    this.connection.setSyncing(true);
    try {
      for (let page = 0; ; page++) {
        if (page === MAX_PAGES) throw new Error('sync does not come to an end');
        const request = { ...this.world.request(), ...(page === 0 && this.receipts()) };
        const data = await this.connection.command('sync', request);
        if (line !== this.line) throw new UnreachableError();
        if (this.land(data)) break;
      }
    } catch (error) {
      if (line === this.line) this.tryLater(error instanceof ProblemError ? error.problem.retryAfterMs : 0);
      for (const { reject } of waiters) reject(error);
      return;
    } finally {
      this.connection.setSyncing(false);
    }
    this.failures = 0;
    this.isBehind = this.waiters.length > 0;
    this.signals.emit('synced', undefined);
    for (const { resolve } of waiters) resolve();
  }

  private land(answer: SyncResult): boolean {
    const { effects, isComplete } = this.world.applySync(answer);
    for (const effect of effects) this.signals.emit('effect', { effect, isLive: false });
    if (answer.receipts.length > 0) this.signals.emit('receipts', answer.receipts);
    this.signals.emit('moved', undefined);
    return isComplete;
  }

  private receipts(): { receiptsOf: string[] } | undefined {
    const ids = this.receiptsOf().slice(0, 100);
    return ids.length > 0 ? { receiptsOf: [...ids] } : undefined;
  }

  private tryLater(atLeastMs = 0): void {
    this.failures++;
    const { retryMinMs: minMs, retryMaxMs: maxMs } = this.timing;
    clearTimeout(this.retryTimer);
    const waitMs = Math.max(atLeastMs, backoffMs(this.failures, Math.random(), { minMs, maxMs }));
    this.retryTimer = setTimeout(() => this.askAgain(), waitMs);
  }

  private giveUp(error: unknown): void {
    for (const { reject } of this.waiters.splice(0)) reject(error);
  }
}
