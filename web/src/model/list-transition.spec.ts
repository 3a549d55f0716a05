import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { nextRender } from './list-transition.js';

const rows = (from: number, to: number): { key: string }[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => ({ key: String(from + index) }));
const keys = (list: readonly { key: string }[]): string[] => list.map(({ key }) => key);

describe('steps from one drawing of a list to another', () => {
  it.each([
    ['the first', rows(0, 0), rows(5, 9), false],
    ['more at the end', rows(5, 9), rows(5, 12), false],
    ['less at the end', rows(5, 12), rows(5, 9), false],
    ['more at the start', rows(5, 9), rows(1, 9), true],
    ['less at the start', rows(1, 9), rows(5, 9), true],
    ['another stretch', rows(1, 9), rows(50, 60), false],
  ])('take one for %s', (_what, drawn, wanted, isShift) => {
    expect(nextRender(drawn, wanted)).toEqual({ rows: wanted, isShift });
  });

  it('take two for a window that moves up: first what is new above, then what goes below', () => {
    const first = nextRender(rows(50, 250), rows(0, 200));
    expect(first).toEqual({ rows: rows(0, 250), isShift: true });
    expect(nextRender(first.rows, rows(0, 200))).toEqual({ rows: rows(0, 200), isShift: false });
  });

  it('take two for a window that moves down: first what is new below, then what goes above', () => {
    const first = nextRender(rows(0, 200), rows(50, 250));
    expect(first).toEqual({ rows: rows(0, 250), isShift: false });
    expect(nextRender(first.rows, rows(50, 250))).toEqual({ rows: rows(50, 250), isShift: true });
  });

  it('never change both ends in one, and arrive', () => {
    const stretch = fc
      .tuple(fc.nat(60), fc.integer({ min: 1, max: 60 }))
      .map(([from, count]) => rows(from, from + count));
    fc.assert(
      fc.property(stretch, stretch, (start, wanted) => {
        let drawn: readonly { key: string }[] = start;
        for (let count = 0; keys(drawn).join() !== keys(wanted).join(); count++) {
          expect(count).toBeLessThan(2);
          const step = nextRender(drawn, wanted);
          const hasCommon = step.rows.some(({ key }) => keys(drawn).includes(key));
          if (hasCommon && step.isShift) expect(step.rows.at(-1)?.key).toBe(drawn.at(-1)?.key);
          if (hasCommon && !step.isShift) expect(step.rows[0]?.key).toBe(drawn[0]?.key);
          drawn = step.rows;
        }
      }),
    );
  });
});
