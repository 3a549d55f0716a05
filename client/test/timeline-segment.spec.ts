import { describe, expect, it } from '@jest/globals';

import {
  trim,
  joinPage,
  upsert,
  type TimelineSegment,
  segmentOf,
  segmentToEnd,
} from '../src/model/timeline-segment.js';
import { message, messages } from './message-fixtures.js';

const seqs = ({ items }: TimelineSegment): number[] => items.map(({ seq }) => seq);

describe('a stretch of messages', () => {
  it('takes a new message at its end', () => {
    expect(seqs(upsert(segmentToEnd(messages(3, 5)), message(6)))).toEqual([3, 4, 5, 6]);
  });

  it('takes none beyond its end when there are newer ones that it does not have', () => {
    const stretch = segmentOf({ items: messages(3, 5), hasBefore: true, hasAfter: true });
    expect(upsert(stretch, message(9))).toBe(stretch);
  });

  it('takes none from before its beginning', () => {
    const stretch = segmentToEnd(messages(3, 5));
    expect(upsert(stretch, message(2))).toBe(stretch);
  });

  it('replaces a message by a newer one, and never by an older one', () => {
    const edited = message(4, { rev: 9, text: 'edited' });
    const stretch = upsert(segmentToEnd(messages(3, 5)), edited);
    expect(stretch.items[1]).toBe(edited);
    expect(upsert(stretch, message(4))).toBe(stretch);
  });

  it('takes messages of an empty conversation in any order', () => {
    const stretch = [message(2), message(3), message(1)].reduce(upsert, segmentToEnd([]));
    expect(seqs(stretch)).toEqual([1, 2, 3]);
  });

  it('fills a hole', () => {
    expect(seqs([message(5), message(4)].reduce(upsert, segmentToEnd([message(3)])))).toEqual([3, 4, 5]);
  });

  it('joins pages at both sides', () => {
    const middle = segmentOf({ items: messages(5, 6), hasBefore: true, hasAfter: true });
    const older = joinPage(middle, { items: messages(1, 4), hasBefore: false, hasAfter: true }, 'older');
    expect({ seqs: seqs(older), from: older.from, hasAfter: older.hasAfter }).toEqual({
      seqs: [1, 2, 3, 4, 5, 6],
      from: 1,
      hasAfter: true,
    });
    const all = joinPage(older, { items: messages(7, 9), hasBefore: true, hasAfter: false }, 'newer');
    expect({ seqs: seqs(all), hasAfter: all.hasAfter }).toEqual({ seqs: [1, 2, 3, 4, 5, 6, 7, 8, 9], hasAfter: false });
  });

  it('keeps the newer of a message that a page has too', () => {
    const held = segmentToEnd([message(5, { rev: 20, text: 'newer' })]);
    const page = { items: [message(4), message(5)], hasBefore: true, hasAfter: false };
    expect(joinPage(held, page, 'older').items.map(({ text }) => text)).toEqual(['text 4', 'newer']);
  });

  it('lets go of what is over its bound, and knows that it is there', () => {
    const stretch = segmentToEnd(messages(1, 10));
    expect(trim(stretch, 10, 'oldest')).toBe(stretch);
    expect(trim(stretch, 4, 'oldest')).toMatchObject({ from: 7, hasAfter: false });
    const newest = trim(stretch, 4, 'newest');
    expect({ seqs: seqs(newest), hasAfter: newest.hasAfter }).toEqual({ seqs: [1, 2, 3, 4], hasAfter: true });
  });
});
