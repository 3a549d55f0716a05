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

describe('a timeline segment', () => {
  it('appends a new message', () => {
    expect(seqs(upsert(segmentToEnd(messages(3, 5)), message(6)))).toEqual([3, 4, 5, 6]);
  });

  it('ignores a newer message while it does not reach the end', () => {
    const segment = segmentOf({ items: messages(3, 5), hasBefore: true, hasAfter: true });
    expect(upsert(segment, message(9))).toBe(segment);
  });

  it('ignores a message before its beginning', () => {
    const segment = segmentToEnd(messages(3, 5));
    expect(upsert(segment, message(2))).toBe(segment);
  });

  it('replaces a message by a newer revision, never by an older one', () => {
    const edited = message(4, { rev: 9, text: 'edited' });
    const segment = upsert(segmentToEnd(messages(3, 5)), edited);
    expect(segment.items[1]).toBe(edited);
    expect(upsert(segment, message(4))).toBe(segment);
  });

  it('sorts the messages of an empty conversation', () => {
    const segment = [message(2), message(3), message(1)].reduce(upsert, segmentToEnd([]));
    expect(seqs(segment)).toEqual([1, 2, 3]);
  });

  it('fills a gap', () => {
    expect(seqs([message(5), message(4)].reduce(upsert, segmentToEnd([message(3)])))).toEqual([3, 4, 5]);
  });

  it('joins pages on both sides', () => {
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

  it('keeps the newer revision of a message that a page contains too', () => {
    const held = segmentToEnd([message(5, { rev: 20, text: 'newer' })]);
    const page = { items: [message(4), message(5)], hasBefore: true, hasAfter: false };
    expect(joinPage(held, page, 'older').items.map(({ text }) => text)).toEqual(['text 4', 'newer']);
  });

  it('removes messages above the limit, and remembers that they exist', () => {
    const segment = segmentToEnd(messages(1, 10));
    expect(trim(segment, 10, 'oldest')).toBe(segment);
    expect(trim(segment, 4, 'oldest')).toMatchObject({ from: 7, hasAfter: false });
    const newest = trim(segment, 4, 'newest');
    expect({ seqs: seqs(newest), hasAfter: newest.hasAfter }).toEqual({ seqs: [1, 2, 3, 4], hasAfter: true });
  });
});
