import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { nextRender } from './list-transition.js';

const rows = (from: number, to: number): { key: string }[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => ({ key: String(from + index) }));
const keys = (list: readonly { key: string }[]): string[] => list.map(({ key }) => key);

describe('nextRender', () => {
  it.each([
    ['the first rows', rows(0, 0), rows(5, 9), false],
    ['rows added at the end', rows(5, 9), rows(5, 12), false],
    ['rows removed at the end', rows(5, 12), rows(5, 9), false],
    ['rows added at the start', rows(5, 9), rows(1, 9), true],
    ['rows removed at the start', rows(1, 9), rows(5, 9), true],
    ['rows without a common key', rows(1, 9), rows(50, 60), false],
  ])('needs one render for %s', (_change, current, target, isShift) => {
    expect(nextRender(current, target)).toEqual({ rows: target, isShift });
  });

  it('adds rows above before it removes rows below when the window moves up', () => {
    const first = nextRender(rows(50, 250), rows(0, 200));
    expect(first).toEqual({ rows: rows(0, 250), isShift: true });
    expect(nextRender(first.rows, rows(0, 200))).toEqual({ rows: rows(0, 200), isShift: false });
  });

  it('adds rows below before it removes rows above when the window moves down', () => {
    const first = nextRender(rows(0, 200), rows(50, 250));
    expect(first).toEqual({ rows: rows(0, 250), isShift: false });
    expect(nextRender(first.rows, rows(50, 250))).toEqual({ rows: rows(50, 250), isShift: true });
  });

  it('reaches any target in at most two renders, and never changes both ends in one', () => {
    const window = fc
      .tuple(fc.nat(60), fc.integer({ min: 1, max: 60 }))
      .map(([from, count]) => rows(from, from + count));
    fc.assert(
      fc.property(window, window, (start, target) => {
        let current: readonly { key: string }[] = start;
        for (let renders = 0; keys(current).join() !== keys(target).join(); renders++) {
          expect(renders).toBeLessThan(2);
          const next = nextRender(current, target);
          const hasCommon = next.rows.some(({ key }) => keys(current).includes(key));
          if (hasCommon && next.isShift) expect(next.rows.at(-1)?.key).toBe(current.at(-1)?.key);
          if (hasCommon && !next.isShift) expect(next.rows[0]?.key).toBe(current[0]?.key);
          current = next.rows;
        }
      }),
    );
  });
});
