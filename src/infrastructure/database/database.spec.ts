import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import type { ConnectionPool } from './connection-pool.js';
import { Database, isoTime, isoTimeOrNull, placeholders, prefixRange } from './database.js';

const fault = (fields: object): Error => Object.assign(new Error('fault'), fields);

/** A server on which everything ends with that error. */
function failingWith(error: Error): { connections: ConnectionPool; lent: () => number } {
  let lent = 0;
  return {
    lent: () => lent,
    connections: {
      isServer: true,
      pool: null,
      rows: () => Promise.reject(error),
      withConnection: () => {
        lent++;
        return Promise.reject(error);
      },
      end: () => Promise.resolve(),
    },
  };
}

describe('a database', () => {
  let warnings: jest.SpiedFunction<Logger['warn']>;
  beforeEach(() => {
    warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    warnings.mockClear();
  });

  it('that is gone is unavailable to reads and writes alike, and says why in one line for many', async () => {
    const database = new Database(failingWith(fault({ code: 'ECONNREFUSED' })).connections);
    const unavailable = { code: 'unavailable', extra: { retryAfterMs: 1_000 } };
    for (let time = 1; time <= 100; time++) {
      await expect(database.rows('SELECT 1')).rejects.toMatchObject(unavailable);
      await expect(database.write(async () => undefined)).rejects.toMatchObject(unavailable);
    }
    expect(warnings.mock.calls).toEqual([['1 failed as the database is unavailable, the last with: fault']]);
  });

  it('does not cover up a fault', async () => {
    const error = new TypeError('undefined is not a function');
    const database = new Database(failingWith(error).connections);
    await expect(database.rows('SELECT 1')).rejects.toBe(error);
    await expect(database.write(async () => undefined)).rejects.toBe(error);
    expect(warnings).not.toHaveBeenCalled();
  });

  it('gives up on a write after the sixth deadlock', async () => {
    const { connections, lent } = failingWith(fault({ code: 'ER_LOCK_DEADLOCK', errno: 1213 }));
    await expect(new Database(connections).write(async () => undefined)).rejects.toMatchObject({ code: 'unavailable' });
    expect(lent()).toBe(6);
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
