import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';

import { isUnavailable } from '../../common/domain-error.js';
import { KeyedQueue } from '../../common/keyed-queue.js';
import { newId } from '../../common/uuid.js';
import type { ConnectionPool } from './connection-pool.js';
import { isTransient, toDomainError } from './driver-errors.js';
import { OutageLog } from './outage-log.js';
import {
  bound,
  type Parameter,
  type Row,
  type Rows,
  Transaction,
  type ValueTable,
  valueTable,
  type ValueType,
} from './transaction.js';

const MAX_ATTEMPTS = 6;
/** A transaction is not run again when it has taken longer than this. */
const RETRY_WITHIN_MS = 1_000;

/** The one way to the data: reads of what is committed, and writes that are one transaction each. */
@Injectable()
export class Database implements Rows, OnApplicationShutdown {
  private readonly writes = new KeyedQueue();
  private readonly outage = new OutageLog();

  constructor(private readonly connections: ConnectionPool) {}

  /** Committed rows. @throws DomainError `unavailable` when the database does not answer, in time */
  rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return this.connections.rows(sql, parameters.map(bound)).catch(this.failed);
  }

  /** See {@link valueTable}. */
  table(columns: Readonly<Record<string, ValueType>>, rows: readonly (readonly Parameter[])[]): ValueTable {
    return valueTable(this.connections.isServer, columns, rows);
  }

  /** Whether it is SQLite, whose full text is searched by words of its own. */
  get isSqlite(): boolean {
    return !this.connections.isServer;
  }

  /** Which life of this database it is. */
  async epoch(): Promise<string> {
    const [row] = await this.rows("SELECT value FROM meta WHERE name = 'epoch'");
    return String(row?.['value']);
  }

  /** Begins another life: every client drops what it knows at its next sync. Servers read it when they start. */
  async newEpoch(): Promise<string> {
    const epoch = newId();
    await this.write((tx) => tx.run("UPDATE meta SET value = ? WHERE name = 'epoch'", [epoch]));
    return epoch;
  }

  /**
   * Runs `work` as one transaction at READ COMMITTED and commits it; whatever `work` throws rolls it back. Deadlocks
   * run it again, so it must do nothing but query. SQLite runs one at a time.
   * @throws DomainError `unavailable` when the database does not answer, in time, or takes no changes: whether it is
   *   committed is not known then
   */
  write<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    const attempt = (): Promise<T> => this.transaction(work).catch(this.failed);
    if (!this.isSqlite) return attempt();
    return this.writes.run('writer', async () => {
      // It is a library that never waits: one write after the other would let nothing else have a turn.
      await nextTurn();
      return attempt();
    });
  }

  /** Ends every connection. */
  async onApplicationShutdown(): Promise<void> {
    await this.connections.end();
  }

  private async transaction<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.connections.withConnection((connection) => inTransaction(new Transaction(connection), work));
      } catch (error) {
        const isLast = attempt === MAX_ATTEMPTS || performance.now() - started > RETRY_WITHIN_MS;
        if (isLast || !isTransient(error)) throw error;
        await delay(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  private readonly failed = (error: unknown): never => {
    const meaning = toDomainError(error);
    if (isUnavailable(meaning) && meaning.cause !== undefined) this.outage.failed(meaning.cause);
    throw meaning;
  };
}

async function inTransaction<T>(tx: Transaction, work: (tx: Transaction) => T | Promise<T>): Promise<T> {
  try {
    const result = await work(tx);
    await tx.commit();
    return result;
  } catch (error) {
    await tx.rollback();
    throw error;
  }
}

/** A row's moment, in the form of the wire: RFC 3339, UTC, milliseconds. Every driver hands it out as text. */
export const isoTime = (value: unknown): string => `${String(value).replace(' ', 'T')}Z`;

/** The same for a column that may be null. */
export const isoTimeOrNull = (value: unknown): string | null => (value === null ? null : isoTime(value));

/** `?, ?, ?` for a list of `count` parameters. */
export const placeholders = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** The range that holds every text beginning with `prefix`, for an indexed column in binary order. */
export const prefixRange = (prefix: string): [string, string] => [prefix, `${prefix}\u{10ffff}`];
