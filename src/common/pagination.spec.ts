import { describe, expect, it } from '@jest/globals';

import { decodeCursor, pageOf } from './pagination.js';

const ID = '0199f0a0-0000-7000-8000-000000000001';
const TIME = '2026-11-20T10:15:30.123Z';
const key = (item: string) => [item];
const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

describe('a page', () => {
  it('has a cursor when more rows than its limit were read', () => {
    const page = pageOf(['a', 'b', 'c'], 2, key);
    expect(page.items).toEqual(['a', 'b']);
    expect(decodeCursor(page.nextCursor ?? '', ['text'])).toEqual(['b']);
  });

  it.each([
    ['as many rows as its limit', ['a', 'b']],
    ['fewer', ['a']],
    ['none', []],
  ])('is the last one with %s', (_case, rows) => {
    expect(pageOf(rows, 2, key)).toEqual({ items: rows, nextCursor: null });
  });
});

describe('a cursor', () => {
  it('round-trips any sort key and is safe in a URL', () => {
    const parts = ['🦊 "ü" & \\?/', ID, TIME];
    const cursor = pageOf([parts, []], 1, (item) => item).nextCursor ?? '';
    expect(cursor).toMatch(/^[\w-]+$/);
    expect(decodeCursor(cursor, ['text', 'id', 'time'])).toEqual(parts);
  });

  it.each([
    ['arbitrary text', 'hello'],
    ['an empty string', ''],
    ['JSON of another kind', Buffer.from('{"0":"a","length":2}').toString('base64url')],
    ['too short a key', cursorOf(TIME)],
    ['too long a key', cursorOf(TIME, ID, ID)],
    ['a part that is not a string', cursorOf(TIME, 7)],
    ['a nested part', cursorOf(TIME, [ID])],
    ['an invalid id', cursorOf(TIME, 'é')],
    ['an id in upper case', cursorOf(TIME, ID.toUpperCase())],
    ['an id with trailing text', cursorOf(TIME, `${ID} `)],
    ['an invalid time', cursorOf('yesterday', ID)],
    ['an impossible date', cursorOf('2026-13-45T10:15:30.123Z', ID)],
    ['a time in another format', cursorOf('2026-11-20', ID)],
    ['a year beyond the range of databases', cursorOf('+275760-09-13T00:00:00.000Z', ID)],
    ['the cursor of another list', cursorOf(ID, TIME)],
  ])('is rejected when it is %s', (_case, cursor) => {
    expect(() => decodeCursor(cursor, ['time', 'id'])).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        extra: { errors: [{ field: 'cursor', code: 'cursor', message: expect.any(String) }] },
      }),
    );
  });
});
