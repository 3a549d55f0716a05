import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type DataSource, QueryFailedError } from 'typeorm';

import { DomainError } from '../common/domain-error.js';
import { Turns } from '../common/turns.js';
import { connectionOf } from './connection.js';
import { bound, type Parameter, type Row, type Rows, Transaction } from './transaction.js';

/** Runs one `SELECT`. @throws the driver's error, or TypeORM's around it */
export type Query = (sql: string, parameters: (string | number | null)[]) => Promise<Row[]>;

const MAX_ATTEMPTS = 6;
/** MySQL and MariaDB: lock wait timeout, deadlock. The transaction was rolled back and may simply be run again. */
const TRANSIENT = new Set([1205, 1213]);
const DUPLICATE = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
]);

/** The one way to the data: reads of what is committed, and writes that are one transaction each. */
@Injectable()
export class Database implements Rows, OnApplicationShutdown {
  private readonly writes = new Turns();

  /**
   * @param writer where transactions run
   * @param reader where reads run: a connection of its own on SQLite, so that no read sees an open transaction; the
   *   same pool on MySQL and MariaDB
   * @param query how reads run, where there is a shorter way than `reader.query`
   */
  constructor(
    private readonly writer: DataSource,
    private readonly reader: DataSource,
    private readonly query: Query = (sql, parameters) => reader.query<Row[]>(sql, parameters),
  ) {}

  /** Committed rows. @throws DomainError `unavailable` when the database cannot be reached */
  async rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return translated(() => this.query(sql, parameters.map(bound)));
  }

  /** Whether it is SQLite, whose full text is searched by words of its own. */
  get isSqlite(): boolean {
    return this.writer.options.type === 'better-sqlite3';
  }

  /** Which life of this database it is. */
  async epoch(): Promise<string> {
    const [row] = await this.rows("SELECT value FROM meta WHERE name = 'epoch'");
    return String(row?.['value']);
  }

  /**
   * Runs `work` as one transaction at READ COMMITTED and commits it; whatever `work` throws rolls it back. Deadlocks
   * run it again, so it must do nothing but query. SQLite runs one at a time.
   * @throws DomainError `unavailable` when the database cannot be reached
   */
  write<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    const attempt = (): Promise<T> => translated(() => this.transaction(work));
    if (!this.isSqlite) return attempt();
    return this.writes.run('writer', async () => {
      // It is a library that never waits: one write after the other would let nothing else have a turn.
      await nextTurn();
      return attempt();
    });
  }

  /** Ends every connection. */
  async onApplicationShutdown(): Promise<void> {
    if (this.reader !== this.writer) await this.reader.destroy();
    await this.writer.destroy();
  }

  private async transaction<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isTransient(error)) throw error;
        await delay(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  private async attempt<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    const runner = this.writer.createQueryRunner();
    try {
      const tx = new Transaction(await connectionOf(runner));
      try {
        const result = await work(tx);
        await tx.commit();
        return result;
      } catch (error) {
        await tx.rollback();
        throw error;
      }
    } finally {
      await runner.release();
    }
  }
}

/** Whether a statement failed on a unique key: somebody else was first. */
export function isDuplicate(error: unknown): boolean {
  return DUPLICATE.has(String(driverError(error).code));
}

/** A row's moment, in the form of the wire: RFC 3339, UTC, milliseconds. Every driver hands it out as text. */
export const isoTime = (value: unknown): string => `${String(value).replace(' ', 'T')}Z`;

/** The same for a column that may be null. */
export const isoTimeOrNull = (value: unknown): string | null => (value === null ? null : isoTime(value));

/** `?, ?, ?` for a list of `count` parameters. */
export const placeholders = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** The range that holds every text beginning with `prefix`, for an indexed column in binary order. */
export const prefixRange = (prefix: string): [string, string] => [prefix, `${prefix}\u{10ffff}`];

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!UNREACHABLE.has(String(driverError(error).code))) throw error;
    throw new DomainError('unavailable', 'The database cannot be reached. Try again soon.', { retryAfterMs: 1_000 });
  }
}

const isTransient = (error: unknown): boolean => TRANSIENT.has(Number(driverError(error).errno));

function driverError(error: unknown): { code?: unknown; errno?: unknown } {
  if (error instanceof QueryFailedError) return error.driverError as { code?: unknown; errno?: unknown };
  return typeof error === 'object' && error !== null ? error : {};
}
