import { FrameBatch } from './frame-batch.js';

/** A connection with data to write at the end of the tick. */
interface Flushable {
  /** Writes the pending data, and calls no listener of another component. @returns whether to drop the connection */
  flush(): boolean;
  drop(): void;
}

/**
 * Flushes connections at the end of the current event-loop tick, after all input that has arrived by then was processed
 * (`setImmediate`; no timer, so no added latency). `ConnectionWriter` schedules itself with its first frame of a tick.
 */
export class FlushScheduler {
  private scheduled: Flushable[] = [];
  private empty = FrameBatch.empty();

  /** The batch that all batches of this tick start from, so that connections with equal frames share them. */
  get emptyBatch(): FrameBatch {
    return this.empty;
  }

  /** Flushes `connection` at the end of the tick. */
  schedule(connection: Flushable): void {
    if (this.scheduled.length === 0) setImmediate(this.flushAll);
    this.scheduled.push(connection);
  }

  private readonly flushAll = (): void => {
    const { scheduled } = this;
    this.scheduled = [];
    this.empty = FrameBatch.empty();
    const slow = scheduled.filter((each) => each.flush());
    // After all flushes: dropping a connection runs disconnect listeners, which may emit.
    for (const each of slow) each.drop();
  };
}
