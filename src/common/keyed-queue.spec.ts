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

describe('turns', () => {
  it('come one after the other, in the order of asking', async () => {
    const turns = new KeyedQueue();
    const [first, log] = [open(), [] as string[]];
    const one = turns.run('a', async () => {
      log.push('one begins');
      await first.promise;
      log.push('one ends');
    });
    const two = turns.run('a', async () => {
      log.push('two');
    });
    const three = turns.run('a', async () => {
      log.push('three');
    });
    first.close();
    await Promise.all([one, two, three]);
    expect(log).toEqual(['one begins', 'one ends', 'two', 'three']);
  });

  it('of another key do not wait', async () => {
    const turns = new KeyedQueue();
    const held = open();
    const slow = turns.run('a', () => held.promise);
    expect(await turns.run('b', async () => 'at once')).toBe('at once');
    held.close();
    await slow;
  });

  it('give back what the task gave', async () => {
    const turns = new KeyedQueue();
    expect(await turns.run('a', async () => 42)).toBe(42);
  });

  it('go on after a task that failed, and only its caller hears of it', async () => {
    const turns = new KeyedQueue();
    const failing = turns.run('a', async () => {
      throw new Error('failed');
    });
    const throwing = turns.run('a', () => {
      throw new Error('thrown at once');
    });
    const next = turns.run('a', async () => 'next');
    await expect(failing).rejects.toThrow('failed');
    await expect(throwing).rejects.toThrow('thrown at once');
    expect(await next).toBe('next');
  });

  it('are refused, with a time to come back, once too many wait for one key', async () => {
    const turns = new KeyedQueue();
    const held = open();
    const waiting = Array.from({ length: 2_000 }, () => turns.run('a', () => held.promise));
    const refused = turns.run('a', () => held.promise);
    await expect(refused).rejects.toMatchObject({ code: 'unavailable', extra: { retryAfterMs: 1_000 } });
    expect(await turns.run('b', async () => 'others go on')).toBe('others go on');
    held.close();
    await Promise.all(waiting);
    expect(await turns.run('a', async () => 'free again')).toBe('free again');
  });
});
