import { describe, expect, it } from '@jest/globals';

import { KeyedQueue } from './keyed-queue.js';

/** A promise that the test settles. */
function open(): { promise: Promise<void>; close: () => void } {
  let close = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    close = resolve;
  });
  return { promise, close };
}

describe('KeyedQueue', () => {
  it('runs tasks of one key one at a time, in order of submission', async () => {
    const queue = new KeyedQueue();
    const [first, log] = [open(), [] as string[]];
    const one = queue.run('a', async () => {
      log.push('one begins');
      await first.promise;
      log.push('one ends');
    });
    const two = queue.run('a', async () => {
      log.push('two');
    });
    const three = queue.run('a', async () => {
      log.push('three');
    });
    first.close();
    await Promise.all([one, two, three]);
    expect(log).toEqual(['one begins', 'one ends', 'two', 'three']);
  });

  it('does not delay tasks of another key', async () => {
    const queue = new KeyedQueue();
    const held = open();
    const slow = queue.run('a', () => held.promise);
    expect(await queue.run('b', async () => 'at once')).toBe('at once');
    held.close();
    await slow;
  });

  it('returns the result of the task', async () => {
    const queue = new KeyedQueue();
    expect(await queue.run('a', async () => 42)).toBe(42);
  });

  it('continues after a failed task, whose caller alone receives the error', async () => {
    const queue = new KeyedQueue();
    const failing = queue.run('a', async () => {
      throw new Error('failed');
    });
    const throwing = queue.run('a', () => {
      throw new Error('thrown at once');
    });
    const next = queue.run('a', async () => 'next');
    await expect(failing).rejects.toThrow('failed');
    await expect(throwing).rejects.toThrow('thrown at once');
    expect(await next).toBe('next');
  });

  it('rejects further tasks with a retry time once 2,000 wait for one key', async () => {
    const queue = new KeyedQueue();
    const held = open();
    const waiting = Array.from({ length: 2_000 }, () => queue.run('a', () => held.promise));
    const refused = queue.run('a', () => held.promise);
    await expect(refused).rejects.toMatchObject({ code: 'unavailable', extra: { retryAfterMs: 1_000 } });
    expect(await queue.run('b', async () => 'other key')).toBe('other key');
    held.close();
    await Promise.all(waiting);
    expect(await queue.run('a', async () => 'accepted again')).toBe('accepted again');
  });
});
