import { DomainError } from './domain-error.js';

/** How many may wait for one key before the next is told to come back later. */
const MAX_WAITING = 2_000;

/**
 * One after the other per key: what stores and announces a change of a conversation runs here, so that events leave in
 * the order of their `rev`, which is that of the commits.
 */
export class KeyedQueue {
  private readonly lines = new Map<string, { tail: Promise<unknown>; length: number }>();

  /**
   * Runs `task` when everything asked earlier for `key` has ended, whatever its outcome.
   * @throws DomainError `unavailable` when too many wait for that key
   */
  run<T>(key: string, task: () => Promise<T>, maxWaiting = MAX_WAITING): Promise<T> {
    const line = this.lines.get(key) ?? { tail: Promise.resolve(), length: 0 };
    if (line.length >= maxWaiting) {
      return Promise.reject(
        new DomainError('unavailable', 'Too much is waiting. Try again soon.', { retryAfterMs: 1_000 }),
      );
    }
    this.lines.set(key, line);
    line.length++;
    const turn = line.tail.then(task).finally(() => {
      if (--line.length === 0) this.lines.delete(key);
    });
    line.tail = turn.catch(() => undefined);
    return turn;
  }
}
