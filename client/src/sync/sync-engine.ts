import type { Receipt, SyncResult } from '../api-types.js';
import type { Connection } from '../connection/connection.js';
import { Emitter } from '../emitter.js';
import { ProblemError, UnreachableError } from '../errors.js';
import { backoffMs } from '../model/backoff.js';
import type { StateChange, SyncState } from '../model/sync-state.js';
import type { Timing } from '../options.js';
import type { LogEvent } from '../server-events.js';

/** Upper limit on the pages of one sync, against a server that never completes it. */
const MAX_PAGES = 1_000;

/** Signals of the engine. `ClientCore` connects them to the views and to the local store. */
export interface SyncSignals {
  /** A conversation changed. */
  stateChange: { readonly change: StateChange; readonly isLive: boolean };
  /** `epoch` or `stateRev` changed, with or without a state change. */
  headChanged: undefined;
  receipts: readonly Receipt[];
  /** A sync completed. */
  synced: undefined;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The parts of a connection that the engine uses. */
export type SyncConnection = Pick<Connection, 'command' | 'isOnline' | 'setSyncing'>;

/**
 * Keeps the {@link SyncState} equal to the server's: applies events in revision order, and closes gaps with a sync.
 * Syncs run one at a time; events that arrive meanwhile wait in a queue. `Connection` delivers events through
 * `ClientCore`, which also reports when the client goes online or offline.
 */
export class SyncEngine {
  readonly signals = new Emitter<SyncSignals>();
  /** The conversations whose receipts a sync requests: at most 100. */
  receiptsOf: () => readonly string[] = () => [];
  private queue: LogEvent[] = [];
  /** Events with an earlier one missing. */
  private pendingGaps: LogEvent[] = [];
  private gapTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private needsSync = true;
  private isRunning = false;
  private failures = 0;
  /** Identifies the current connection: an answer from an earlier one is discarded. */
  private connectionGeneration = 0;
  private waiters: Waiter[] = [];

  constructor(
    private syncState: SyncState,
    private readonly connection: SyncConnection,
    private readonly timing: Timing,
  ) {}

  get state(): SyncState {
    return this.syncState;
  }

  /** Replaces the state, for another user. Only while offline. */
  replaceState(state: SyncState): void {
    this.offline();
    this.syncState = state;
  }

  /** The client is connected and subscribed: a sync fetches the changes that it missed. */
  online(): void {
    this.failures = 0;
    this.connectionGeneration++;
    this.connection.setSyncing(true);
    this.requestSync();
  }

  /** The connection closed. Queued events are dropped, as the next sync includes them. */
  offline(): void {
    this.connectionGeneration++;
    this.needsSync = true;
    this.queue = [];
    this.clearPendingGaps();
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.rejectWaiters(new UnreachableError());
  }

  /** Queues an event; it is applied after a running sync. */
  receive(event: LogEvent): void {
    this.queue.push(event);
    this.ensureRunning();
  }

  /**
   * Resolves when the state includes every change that was stored before the call.
   * @throws UnreachableError while offline
   */
  sync(): Promise<void> {
    if (!this.connection.isOnline) return Promise.reject(new UnreachableError());
    return new Promise((resolve, reject) => {
      this.waiters.push({ resolve, reject });
      this.requestSync();
    });
  }

  private requestSync(): void {
    clearTimeout(this.retryTimer);
    this.retryTimer = undefined;
    this.needsSync = true;
    this.ensureRunning();
  }

  private ensureRunning(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.run();
  }

  private async run(): Promise<void> {
    try {
      for (;;) {
        if (this.needsSync) {
          if (!this.connection.isOnline || this.retryTimer !== undefined) return;
          await this.runSync();
        } else {
          const event = this.queue.shift();
          if (!event) return;
          this.applyEvent(event);
        }
      }
    } finally {
      // In the same turn in which the queue was found empty, so that the next event starts the loop again.
      this.isRunning = false;
    }
  }

  private applyEvent(event: LogEvent): void {
    const { outcome, change } = this.state.apply(event);
    if (outcome === 'gap') {
      this.keepPendingGap(event);
      return;
    }
    if (change) this.signals.emit('stateChange', { change, isLive: true });
    if (outcome !== 'applied') return;
    this.signals.emit('headChanged', undefined);
    // The pending events may be applicable now.
    if (this.pendingGaps.length === 0) return;
    this.queue = [...this.pendingGaps, ...this.queue];
    this.pendingGaps = [];
  }

  /** Events of one conversation may arrive out of order, so that a gap may close by itself within `gapMs`. */
  private keepPendingGap(event: LogEvent): void {
    if (event.name === 'conversation:added') {
      this.needsSync = true;
      return;
    }
    this.pendingGaps.push(event);
    this.gapTimer ??= setTimeout(() => {
      this.gapTimer = undefined;
      if (this.pendingGaps.some((event) => this.state.isMissing(event))) this.requestSync();
      else this.pendingGaps = [];
    }, this.timing.gapMs);
  }

  /** The sync that starts now includes the pending events. */
  private clearPendingGaps(): void {
    this.pendingGaps = [];
    clearTimeout(this.gapTimer);
    this.gapTimer = undefined;
  }

  /** Requests pages until the sync is complete. After a failure another sync is scheduled. */
  private async runSync(): Promise<void> {
    const { connectionGeneration } = this;
    const waiters = this.waiters.splice(0);
    this.clearPendingGaps();
    this.connection.setSyncing(true);
    try {
      for (let page = 0; ; page++) {
        if (page === MAX_PAGES) throw new Error(`sync incomplete after ${MAX_PAGES} pages`);
        const request = { ...this.state.syncRequest(), ...(page === 0 && this.receiptsRequest()) };
        const answer = await this.connection.command('sync', request);
        if (connectionGeneration !== this.connectionGeneration) throw new UnreachableError();
        if (this.applySyncPage(answer)) break;
      }
    } catch (error) {
      if (connectionGeneration === this.connectionGeneration)
        this.scheduleRetry(error instanceof ProblemError ? error.problem.retryAfterMs : 0);
      for (const { reject } of waiters) reject(error);
      return;
    } finally {
      this.connection.setSyncing(false);
    }
    this.failures = 0;
    this.needsSync = this.waiters.length > 0;
    this.signals.emit('synced', undefined);
    for (const { resolve } of waiters) resolve();
  }

  private applySyncPage(page: SyncResult): boolean {
    const { changes, isComplete } = this.state.applySync(page);
    for (const change of changes) this.signals.emit('stateChange', { change, isLive: false });
    if (page.receipts.length > 0) this.signals.emit('receipts', page.receipts);
    this.signals.emit('headChanged', undefined);
    return isComplete;
  }

  private receiptsRequest(): { receiptsOf: string[] } | undefined {
    const ids = this.receiptsOf().slice(0, 100);
    return ids.length > 0 ? { receiptsOf: [...ids] } : undefined;
  }

  private scheduleRetry(atLeastMs = 0): void {
    this.failures++;
    const { retryMinMs: minMs, retryMaxMs: maxMs } = this.timing;
    clearTimeout(this.retryTimer);
    const waitMs = Math.max(atLeastMs, backoffMs(this.failures, Math.random(), { minMs, maxMs }));
    this.retryTimer = setTimeout(() => this.requestSync(), waitMs);
  }

  private rejectWaiters(error: unknown): void {
    for (const { reject } of this.waiters.splice(0)) reject(error);
  }
}
