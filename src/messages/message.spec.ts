import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  addsContent,
  isRepetition,
  type MessageChange,
  messageText,
  metadataJson,
  pageBounds,
  TEXT_MAX,
  type Window,
} from './message.js';

const refusal = (field: string, code: string) =>
  expect.objectContaining({ code: 'validation_failed', extra: { errors: [expect.objectContaining({ field, code })] } });

describe('a message’s text', () => {
  it('has at most 8,000 characters, of any plane', () => {
    expect(messageText(` ${'🦊'.repeat(TEXT_MAX)} `)).toBe('🦊'.repeat(TEXT_MAX));
    expect(() => messageText('🦊'.repeat(TEXT_MAX + 1))).toThrow(refusal('text', 'maxLength'));
  });

  it.each([
    ['', 'minLength'],
    ['\u2003', 'minLength'],
    ['\u0000', 'pattern'],
  ])('rejects %j', (raw, code) => {
    expect(() => messageText(raw)).toThrow(refusal('text', code));
  });
});

describe('metadata', () => {
  const nested = (levels: number): Record<string, unknown> => {
    let value: Record<string, unknown> = {};
    for (let level = 1; level < levels; level++) value = { a: value };
    return value;
  };
  const bytes = (count: number) => ({ a: 'x'.repeat(count - '{"a":""}'.length) });

  it('is stored as JSON with all of its values', () => {
    const metadata = { card: [1, null, true, '🦊'], '': { 'a.b': 0 } };
    expect(JSON.parse(metadataJson(metadata))).toEqual(metadata);
    expect(metadataJson({ lone: '\ud83e' })).toBe('{"lone":"\\ud83e"}');
  });

  it.each([
    ['bytes', { file: Buffer.from('x') }],
    ['a typed array', { file: new Uint8Array(3) }],
    ['bytes inside a list', { a: [{ b: [new ArrayBuffer(8)] }] }],
    ['the key `__proto__`', JSON.parse('{"__proto__":{"admin":true}}')],
    ['the key `__proto__` in a nested object', JSON.parse('{"a":[{"__proto__":{"admin":true}}]}')],
  ])('rejects %s', (_case, metadata) => {
    expect(() => metadataJson(metadata)).toThrow(refusal('metadata', 'type'));
  });

  it('has at most 4 KiB, counted in bytes', () => {
    expect(metadataJson(bytes(4_096))).toHaveLength(4_096);
    expect(() => metadataJson(bytes(4_097))).toThrow(refusal('metadata', 'maxLength'));
    expect(() => metadataJson({ a: 'é'.repeat(2_048) })).toThrow(refusal('metadata', 'maxLength'));
  });

  it('has at most 32 levels of objects and arrays', () => {
    expect(metadataJson(nested(32))).toContain('{"a":{}}');
    expect(() => metadataJson(nested(34))).toThrow(refusal('metadata', 'maxDepth'));
    expect(() => metadataJson({ a: JSON.parse('['.repeat(33) + ']'.repeat(33)) as unknown })).toThrow(
      refusal('metadata', 'maxDepth'),
    );
  });

  it('is rejected without a stack overflow when it is extremely deep', () => {
    expect(() => metadataJson(nested(200_000))).toThrow(refusal('metadata', 'maxDepth'));
  });
});

describe('a send with a known id', () => {
  const stored = { senderId: 'ann', conversationId: 'c', text: 'Hello', edited: false, deleted: false };
  const send = { senderId: 'ann', conversationId: 'c', text: 'Hello' };
  it.each([
    ['the same', {}, {}, true],
    ['another text', {}, { text: 'hello' }, false],
    ['another sender', {}, { senderId: 'ben' }, false],
    ['another conversation', {}, { conversationId: 'd' }, false],
    ['the first text of a message edited since', { edited: true, text: 'Edited' }, {}, true],
    ['the first text of a message deleted since', { deleted: true, text: '' }, {}, true],
    ['an edited message of another sender', { edited: true }, { senderId: 'ben' }, false],
    ['a deleted message of another conversation', { deleted: true }, { conversationId: 'd' }, false],
  ])('that is %s', (_case, before, now, repeated) => {
    expect(isRepetition({ ...stored, ...before }, { ...send, ...now })).toBe(repeated);
  });
});

it.each<[MessageChange, boolean]>([
  [{ kind: 'edit', text: 'New' }, true],
  [{ kind: 'react', emoji: '👍' }, true],
  [{ kind: 'unreact', emoji: '👍' }, false],
  [{ kind: 'delete' }, false],
])('%j adds content: %s', (change, news) => {
  expect(addsContent(change)).toBe(news);
});

describe('a page of history', () => {
  it.each([
    ['the newest', { limit: 3 }, 10, 8, 10],
    ['the newest of few', { limit: 3 }, 2, 1, 2],
    ['before a message', { before: 5, limit: 3 }, 10, 2, 4],
    ['before one near the start', { before: 3, limit: 3 }, 10, 1, 2],
    ['before one that is not there yet', { before: 99, limit: 3 }, 10, 8, 10],
    ['after a message', { after: 5, limit: 3 }, 10, 6, 8],
    ['after one near the end', { after: 9, limit: 3 }, 10, 10, 10],
    ['from the very start', { after: 0, limit: 3 }, 10, 1, 3],
    ['around a message', { around: 5, limit: 4 }, 10, 3, 6],
    ['around the first', { around: 1, limit: 4 }, 10, 1, 4],
    ['around the last', { around: 10, limit: 4 }, 10, 7, 10],
    ['around one alone', { around: 5, limit: 1 }, 10, 5, 5],
    ['around one that is not there yet', { around: 99, limit: 4 }, 10, 7, 10],
  ])('%s', (_case, window: Window, lastSeq, first, last) => {
    expect(pageBounds(window, lastSeq)).toEqual({ first, last });
  });

  it.each([
    ['before the first', { before: 1, limit: 3 }, 10],
    ['after the last', { after: 10, limit: 3 }, 10],
    ['after one that is not there yet', { after: 99, limit: 3 }, 10],
    ['of an empty conversation', { limit: 3 }, 0],
    ['around something in an empty conversation', { around: 1, limit: 3 }, 0],
  ])('is empty %s', (_case, window: Window, lastSeq) => {
    const { first, last } = pageBounds(window, lastSeq);
    expect(first).toBeGreaterThan(last);
  });

  const limit = fc.integer({ min: 1, max: 100 });
  const seq = fc.integer({ min: 1, max: 400 });
  const window = fc.oneof(
    fc.record({ limit }),
    fc.record({ limit, before: seq }),
    fc.record({ limit, after: fc.nat(400) }),
    fc.record({ limit, around: seq }),
  ) as fc.Arbitrary<Window>;

  it('stays within the conversation and its limit', () => {
    fc.assert(
      fc.property(window, fc.nat(300), (asked, lastSeq) => {
        const { first, last } = pageBounds(asked, lastSeq);
        if (first > last) return;
        expect(first).toBeGreaterThanOrEqual(1);
        expect(last).toBeLessThanOrEqual(lastSeq);
        expect(last - first + 1).toBeLessThanOrEqual(asked.limit);
        if (asked.before !== undefined) expect(last).toBe(Math.min(asked.before - 1, lastSeq));
        if (asked.after !== undefined) expect(first).toBe(asked.after + 1);
      }),
    );
  });

  it('is full when the conversation has enough messages', () => {
    fc.assert(
      fc.property(limit, fc.nat(300), seq, (size, lastSeq, around) => {
        const expected = Math.min(size, lastSeq);
        for (const asked of [{ limit: size }, { limit: size, around }, { limit: size, after: 0 }]) {
          const { first, last } = pageBounds(asked, lastSeq);
          expect(last - first + 1).toBe(expected);
        }
      }),
    );
  });

  it('around a message has that message near its middle', () => {
    fc.assert(
      fc.property(limit, fc.integer({ min: 1, max: 300 }), fc.nat(299), (size, lastSeq, offset) => {
        const around = 1 + (offset % lastSeq);
        const { first, last } = pageBounds({ around, limit: size }, lastSeq);
        expect(first).toBeLessThanOrEqual(around);
        expect(last).toBeGreaterThanOrEqual(around);
        if (first > 1 && last < lastSeq) expect(Math.abs(around - first - (last - around))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it.each(['before', 'after'] as const)('after page with `%s` contains every message once, in order', (direction) => {
    fc.assert(
      fc.property(limit, fc.nat(300), (size, lastSeq) => {
        const seen: number[] = [];
        let bounds = pageBounds(direction === 'before' ? { limit: size } : { after: 0, limit: size }, lastSeq);
        while (bounds.first <= bounds.last) {
          const page = Array.from({ length: bounds.last - bounds.first + 1 }, (_, index) => bounds.first + index);
          if (direction === 'before') seen.unshift(...page);
          else seen.push(...page);
          const next = direction === 'before' ? { before: bounds.first } : { after: bounds.last };
          bounds = pageBounds({ ...next, limit: size }, lastSeq);
        }
        expect(seen).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
      }),
    );
  });
});
