import { describe, expect, it } from '@jest/globals';

import { LagDetector, chunks } from './reconciler.js';

describe('what is compared with the database', () => {
  it('goes in parts of at most a thousand, each of it once', () => {
    const all = new Map(Array.from({ length: 2_500 }, (_, n) => [n, n]));
    const parts = [...chunks(all)];
    expect(parts.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    expect(parts.flat()).toEqual([...all]);
    expect([...chunks(new Map())]).toEqual([]);
  });

  it('ends, whatever is added meanwhile', () => {
    const all = new Map([[0, 'there before']]);
    for (const part of chunks(all)) {
      expect(part).toEqual([[0, 'there before']]);
      all.delete(0);
      all.set(all.size + 1, 'added').set(0, 'again');
    }
  });

  it('is lost once it was behind in two rounds, and not while it is told of', () => {
    const behind = new LagDetector();
    const inNextRound = (told: number, now: number): boolean => {
      behind.beginRound();
      return behind.isLost('key', told, now);
    };
    expect(inNextRound(1, 2)).toBe(false);
    // It was told of 2, but is behind again.
    expect(inNextRound(2, 4)).toBe(false);
    expect(inNextRound(3, 5)).toBe(true);
    // What was mended begins anew, and so does what was not behind for a round.
    expect(inNextRound(5, 6)).toBe(false);
    behind.beginRound();
    expect(inNextRound(5, 6)).toBe(false);
  });
});
