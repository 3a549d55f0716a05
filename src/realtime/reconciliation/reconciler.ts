import type { ChatServer } from '../gateway/socket-types.js';

/**
 * Compares one kind of state on this node with the database. `AntiEntropy` runs every reconciler in each sweep. Domain events
 * that a reconciler publishes have the origin `cluster`: they replay facts that another node has published or should have,
 * and must not be forwarded again.
 */
export interface Reconciler {
  /** Repairs the state of this node's sockets. @throws DomainError `unavailable` when the database cannot be read */
  reconcile(io: ChatServer): Promise<void>;
}

/** Injection token of all reconcilers, in the order in which a sweep runs them. */
export const RECONCILERS = Symbol('RECONCILERS');

/** Rows that one query compares. */
export const ROWS_PER_QUERY = 1_000;

/**
 * Distinguishes lost events from events in flight. A commit of another node is visible in the database before its event
 * arrives, so that a stream may be behind in one sweep without a loss. It counts as lost if it is still behind the same
 * position in the next sweep.
 */
export class LagDetector {
  /** Streams that were behind in the last sweep, each with its position in the database then. */
  private previous: ReadonlyMap<string, number> = new Map();
  private current = new Map<string, number>();

  beginSweep(): void {
    this.previous = this.current;
    this.current = new Map();
  }

  /**
   * Records that a stream is behind.
   * @param position its position on this node
   * @param stored its position in the database
   * @returns whether it has not yet reached the position that the database had in the last sweep
   */
  isLost(key: string, position: number, stored: number): boolean {
    const before = this.previous.get(key);
    if (before !== undefined && position < before) return true;
    this.current.set(key, stored);
    return false;
  }
}
