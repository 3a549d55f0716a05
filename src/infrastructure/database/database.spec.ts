import { describe, expect, it } from '@jest/globals';

import type { ConnectionPool } from './connection-pool.js';
import { Database, isoTime, isoTimeOrNull, placeholders, prefixRange } from './database.js';
import { OutageLog } from './outage-log.js';

const fault = (fields: object): Error => Object.assign(new Error('fault'), fields);

/** A pool whose every call fails with `error`. */
function failingWith(error: Error): { connections: ConnectionPool; attempts: () => number } {
  let attempts = 0;
  return {
    attempts: () => attempts,
    connections: {
      dialect: 'mysql',
      pool: null,
      rows: () => Promise.reject(error),
      withConnection: () => {
        attempts++;
        return Promise.reject(error);
      },
      end: () => Promise.resolve(),
    },
  };
}

/** An outage log, and the lines that it wrote. */
function recordedOutage(): { outage: OutageLog; lines: unknown[][] } {
  const lines: unknown[][] = [];
  return { lines, outage: new OutageLog({ warn: (...line: unknown[]) => void lines.push(line) }) };
}

describe('Database', () => {
  it('rejects reads and writes with `unavailable` while unreachable, and logs one line for many failures', async () => {
    const { outage, lines } = recordedOutage();
    const database = new Database(failingWith(fault({ code: 'ECONNREFUSED' })).connections, outage);
    const unavailable = { code: 'unavailable', extra: { retryAfterMs: 1_000 } };
    for (let time = 1; time <= 100; time++) {
      await expect(database.rows('SELECT 1')).rejects.toMatchObject(unavailable);
      await expect(database.write(async () => undefined)).rejects.toMatchObject(unavailable);
    }
    expect(lines).toEqual([[{ failures: 1, reason: 'fault' }, 'database unavailable']]);
  });

  it('rethrows an error that the database did not cause, and logs nothing', async () => {
    const error = new TypeError('undefined is not a function');
    const { outage, lines } = recordedOutage();
    const database = new Database(failingWith(error).connections, outage);
    await expect(database.rows('SELECT 1')).rejects.toBe(error);
    await expect(database.write(async () => undefined)).rejects.toBe(error);
    expect(lines).toEqual([]);
  });

  it('rejects a write with `unavailable` after its sixth deadlock', async () => {
    const { connections, attempts } = failingWith(fault({ code: 'ER_LOCK_DEADLOCK', errno: 1213 }));
    await expect(new Database(connections).write(async () => undefined)).rejects.toMatchObject({ code: 'unavailable' });
    expect(attempts()).toBe(6);
  });
});

describe('isoTime', () => {
  it('converts a row’s timestamp to RFC 3339', () => {
    expect(isoTime('2026-11-20 10:15:30.123')).toBe('2026-11-20T10:15:30.123Z');
    expect(isoTimeOrNull('2026-11-20 10:15:30.123')).toBe('2026-11-20T10:15:30.123Z');
  });

  it('keeps null', () => {
    expect(isoTimeOrNull(null)).toBeNull();
  });
});

it('placeholders() returns one placeholder per parameter', () => {
  expect(placeholders(3)).toBe('?, ?, ?');
});

it.each(['a', 'ä', '🦊', 'a%'])('prefixRange(%p) contains exactly the strings that begin with it', (prefix) => {
  const [from, to] = prefixRange(prefix).map((end) => Buffer.from(end)) as [Buffer, Buffer];
  const within = (text: string) =>
    Buffer.compare(Buffer.from(text), from) >= 0 && Buffer.compare(Buffer.from(text), to) < 0;
  for (const text of [prefix, `${prefix}a`, `${prefix}🦊`, `${prefix}\u{10fffe}`]) expect(within(text)).toBe(true);
  for (const text of ['', 'b', '\u{10ffff}', prefix.slice(0, -1)]) expect(within(text)).toBe(false);
});
