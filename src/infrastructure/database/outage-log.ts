import type { Logger } from 'pino';

/** At most one line is logged within this time. */
const INTERVAL_MS = 10_000;

/**
 * Logs why the database is unavailable, at most once every ten seconds, with the number of failures since the last line.
 * Clients get `unavailable` without a cause. `Database` calls it for every read and transaction that fails so.
 */
export class OutageLog {
  private mutedUntil = 0;
  private suppressed = 0;

  constructor(private readonly log: Pick<Logger, 'warn'>) {}

  /** @param cause the driver's error; its message holds no data */
  failed(cause: unknown): void {
    this.suppressed++;
    const now = performance.now();
    if (now < this.mutedUntil) return;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.log.warn({ failures: this.suppressed, reason }, 'database unavailable');
    this.mutedUntil = now + INTERVAL_MS;
    this.suppressed = 0;
  }
}
