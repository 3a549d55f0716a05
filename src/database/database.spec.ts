import { describe, expect, it } from '@jest/globals';
import { type DataSource, QueryFailedError } from 'typeorm';

import { Database, isoTime, isoTimeOrNull, placeholders, prefixRange } from './database.js';

function runnerFailingWith(next: () => Error): object {
  return { dataSource: { options: { type: 'mysql' } }, connect: () => Promise.reject(next()), release: async () => {} };
}

/** A server that answers every statement with that error. */
function failingWith(error: Error): Database {
  const source = {
    options: { type: 'mysql' },
    query: () => Promise.reject(error),
    createQueryRunner: () => runnerFailingWith(() => error),
  } as unknown as DataSource;
  return new Database(source, source);
}

const fault = (fields: object): Error => Object.assign(new Error('fault'), fields);

describe('a database', () => {
  it.each([
    ['nobody listens', fault({ code: 'ECONNREFUSED' })],
    ['the host is unknown', fault({ code: 'ENOTFOUND' })],
    ['the connection breaks', fault({ code: 'PROTOCOL_CONNECTION_LOST' })],
    ['the connection breaks within a statement', new QueryFailedError('SELECT 1', [], fault({ code: 'ECONNRESET' }))],
    ['the server is full', fault({ code: 'ER_CON_COUNT_ERROR' })],
    ['the server goes down', fault({ code: 'ER_SERVER_SHUTDOWN' })],
  ])('is unavailable for a while when %s', async (_case, error) => {
    const unavailable = { code: 'unavailable', extra: { retryAfterMs: 1_000 } };
    await expect(failingWith(error).rows('SELECT 1')).rejects.toMatchObject(unavailable);
    await expect(failingWith(error).write(async () => undefined)).rejects.toMatchObject(unavailable);
  });

  it.each([
    ['a fault in a statement', new QueryFailedError('SELEC 1', [], fault({ code: 'ER_PARSE_ERROR' }))],
    ['a fault of our own', new TypeError('undefined is not a function')],
  ])('does not cover up %s', async (_case, error) => {
    await expect(failingWith(error).rows('SELECT 1')).rejects.toBe(error);
    await expect(failingWith(error).write(async () => undefined)).rejects.toBe(error);
  });

  it('gives up on a write after the sixth deadlock', async () => {
    let attempts = 0;
    const deadlock = fault({ code: 'ER_LOCK_DEADLOCK', errno: 1213 });
    const source = {
      options: { type: 'mysql' },
      createQueryRunner: () =>
        runnerFailingWith(() => {
          attempts++;
          return deadlock;
        }),
    } as unknown as DataSource;
    await expect(new Database(source, source).write(async () => undefined)).rejects.toBe(deadlock);
    expect(attempts).toBe(6);
  });
});

describe('a moment in a row', () => {
  it('gets the form of the wire', () => {
    expect(isoTime('2026-11-20 10:15:30.123')).toBe('2026-11-20T10:15:30.123Z');
    expect(isoTimeOrNull('2026-11-20 10:15:30.123')).toBe('2026-11-20T10:15:30.123Z');
  });

  it('may be missing', () => {
    expect(isoTimeOrNull(null)).toBeNull();
  });
});

it('a list of parameters has a place for each', () => {
  expect(placeholders(3)).toBe('?, ?, ?');
});

it.each(['a', 'ä', '🦊', 'a%'])('the range of the prefix %p holds what begins with it, and nothing else', (prefix) => {
  const [from, to] = prefixRange(prefix).map((end) => Buffer.from(end)) as [Buffer, Buffer];
  const within = (text: string) =>
    Buffer.compare(Buffer.from(text), from) >= 0 && Buffer.compare(Buffer.from(text), to) < 0;
  for (const text of [prefix, `${prefix}a`, `${prefix}🦊`, `${prefix}\u{10fffe}`]) expect(within(text)).toBe(true);
  for (const text of ['', 'b', '\u{10ffff}', prefix.slice(0, -1)]) expect(within(text)).toBe(false);
});
