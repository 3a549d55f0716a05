import { DomainError } from './domain-error.js';

/** Tasks that may wait per key; further ones are rejected with `unavailable`. */
const MAX_WAITING = 2_000;

/** Runs asynchronous tasks one at a time per key, in the order of their submission. Keys do not block each other. */
export class KeyedQueue {
  private readonly queues = new Map<string, { tail: Promise<unknown>; length: number }>();

  /**
   * Runs `task` after all earlier tasks of `key` have settled.
   * @throws DomainError `unavailable` when `maxWaiting` tasks of that key are waiting or running
   */
  run<T>(key: string, task: () => Promise<T>, maxWaiting = MAX_WAITING): Promise<T> {
    const queue = this.queues.get(key) ?? { tail: Promise.resolve(), length: 0 };
    if (queue.length >= maxWaiting) {
      return Promise.reject(
        new DomainError('unavailable', 'Too many requests are waiting. Try again soon.', { retryAfterMs: 1_000 }),
      );
    }
    this.queues.set(key, queue);
    queue.length++;
    const result = queue.tail.then(task).finally(() => {
      if (--queue.length === 0) this.queues.delete(key);
    });
    queue.tail = result.catch(() => undefined);
    return result;
  }
}
