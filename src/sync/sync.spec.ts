import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { cutAtRev, mustReset, RESET_AFTER_CHANGES } from './sync.js';

describe('mustReset', () => {
  it.each([
    [5, 5, false],
    [5, 5 + RESET_AFTER_CHANGES, false],
    [5, 6 + RESET_AFTER_CHANGES, true],
    [6, 5, true],
  ])('for a client at rev %i of %i is %p', (known, rev, expected) => {
    expect(mustReset(known, rev)).toBe(expected);
  });
});

describe('cutAtRev', () => {
  /** Rows at different revs, divided into messages and members. */
  const slices = fc.record({
    revs: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 }),
    isMessage: fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
    limit: fc.integer({ min: 1, max: 10 }),
  });

  it('pages through all rows in order, within the limit, each once', () => {
    fc.assert(
      fc.property(slices, ({ revs, isMessage, limit }) => {
        const rows = revs.toSorted((a, b) => a - b).map((rev) => ({ rev, isMessage: isMessage[rev - 1] === true }));
        const rev = Math.max(0, ...revs);
        const seen: number[] = [];
        let known = 0;
        for (let more = true; more;) {
          const read = (kind: boolean) =>
            rows.filter((row) => row.isMessage === kind && row.rev > known).slice(0, limit + 1);
          const page = cutAtRev(read(true), read(false), limit, rev);
          expect(page.messages.length).toBeLessThanOrEqual(limit);
          expect(page.members.length).toBeLessThanOrEqual(limit);
          expect(page.rev > known || !page.more).toBe(true);
          const both = [...page.messages, ...page.members].map((row) => row.rev).sort((a, b) => a - b);
          expect(both).toEqual(rows.map((row) => row.rev).filter((at) => at > known && at <= page.rev));
          seen.push(...both);
          ({ rev: known, more } = page);
        }
        expect(seen).toEqual(rows.map((row) => row.rev));
        expect(known).toBe(rev);
      }),
    );
  });

  it('includes changes that were stored during the read in the last page', () => {
    const rows = [{ rev: 3 }, { rev: 9 }];
    expect(cutAtRev(rows, [], 2, 5)).toEqual({ messages: rows, members: [], rev: 5, more: false });
    expect(cutAtRev(rows, [{ rev: 4 }, { rev: 5 }], 1, 5)).toMatchObject({
      messages: [{ rev: 3 }],
      rev: 3,
      more: true,
    });
  });
});
