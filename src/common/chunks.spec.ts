import { describe, expect, it } from '@jest/globals';

import { chunks } from './chunks.js';

describe('chunks', () => {
  it('returns each item once, in arrays of at most the given size', () => {
    const all = new Map(Array.from({ length: 2_500 }, (_, n) => [n, n]));
    const parts = [...chunks(all, 1_000)];
    expect(parts.map(({ length }) => length)).toEqual([1_000, 1_000, 500]);
    expect(parts.flat()).toEqual([...all]);
    expect([...chunks(new Map(), 1_000)]).toEqual([]);
  });

  it('ends while items are added', () => {
    const all = new Map([[0, 'present from the start']]);
    for (const part of chunks(all, 1_000)) {
      expect(part).toEqual([[0, 'present from the start']]);
      all.delete(0);
      all.set(all.size + 1, 'added').set(0, 'added again');
    }
  });
});
