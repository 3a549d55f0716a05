import { Logger } from '@nestjs/common';

/** One line for all that fails within this time. */
const EVERY_MS = 10_000;

/** Tells the log why the database is unavailable: who is answered `unavailable` hears no cause, and they may be many. */
export class OutageLog {
  private readonly logger = new Logger('Database');
  private quietUntil = 0;
  private untold = 0;

  /** @param cause the driver's error; its message holds no data */
  failed(cause: unknown): void {
    this.untold++;
    const now = performance.now();
    if (now < this.quietUntil) return;
    const reason = cause instanceof Error ? cause.message : String(cause);
    this.logger.warn(`${this.untold} failed as the database is unavailable, the last with: ${reason}`);
    this.quietUntil = now + EVERY_MS;
    this.untold = 0;
  }
}
