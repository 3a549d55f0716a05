import type { ChatServer } from '../gateway/socket-types.js';

/** One kind of what this node's sockets are told of, which a round compares with the database. */
export interface Reconciler {
  /** Begins to look after the sockets of `io`. */
  onServerReady(io: ChatServer): void;
  /** Mends what is amiss in this round as in the last. @throws DomainError `unavailable` */
  reconcile(): Promise<void>;
}

/** The checks of a round, in their order. */
export const RECONCILERS = Symbol('checks');

/** How many rows one query compares. */
const CHUNK = 1_000;

/**
 * What a collection holds, in parts that one query takes, each as it is when its turn has come: nobody waits for a copy of
 * all. What is added meanwhile is left for the next round.
 */
export function* chunks<T>(all: Iterable<T> & { readonly size: number }): Generator<readonly T[]> {
  let left = all.size;
  let chunk: T[] = [];
  for (const one of all) {
    if (left-- === 0) break;
    chunk.push(one);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

/** Tells what was lost from what is on its way still: that is behind in one round, and not in the next. */
export class LagDetector {
  /** What was behind in the last round, each with how far it had come then. */
  private before: ReadonlyMap<string, number> = new Map();
  private found = new Map<string, number>();

  beginRound(): void {
    this.before = this.found;
    this.found = new Map();
  }

  /** Notes that something has come further than was told. @returns whether it was told less than that a round ago */
  isLost(key: string, told: number, now: number): boolean {
    const then = this.before.get(key);
    if (then !== undefined && told < then) return true;
    this.found.set(key, now);
    return false;
  }
}
