import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EntityManager, EntityTarget, ObjectLiteral, Repository } from 'typeorm';

import { isUnavailable } from '../../common/domain-error.js';
import { newId } from '../../common/ids.js';
import { KeyedQueue } from '../../common/keyed-queue.js';
import type { ConnectionPool } from './connection-pool.js';
import { isTransient, toDomainError } from './driver-errors.js';
import type { EntityAccess } from './entity-access.js';
import { OutageLog } from './outage-log.js';
import {
  bound,
  type Parameter,
  type Row,
  type Rows,
  type RunStatement,
  Transaction,
  type ValueTable,
  valueTable,
  type ValueType,
} from './transaction.js';

/** The methods of a TypeORM repository that only read. A builder from it must only `SELECT`. */
export type ReadRepository<E extends ObjectLiteral> = Pick<
  Repository<E>,
  'find' | 'findBy' | 'findOne' | 'findOneBy' | 'createQueryBuilder'
>;

const MAX_ATTEMPTS = 6;
/** A transaction is retried only within this time of its first attempt. */
const RETRY_WITHIN_MS = 1_000;

/**
 * The only access to the data: reads of committed rows, and writes of one transaction each. Repositories call it for
 * every query, and `GroupCommit` for the transactions that it batches. Driver errors become `DomainError`s here.
 */
@Injectable()
export class Database implements Rows, OnApplicationShutdown {
  private readonly writes = new KeyedQueue();

  private reads: EntityManager | undefined;

  /**
   * @param outage logs why the database is unavailable; nothing is logged without it
   * @param entities needed by {@link repository} only
   */
  constructor(
    private readonly connections: ConnectionPool,
    private readonly outage?: OutageLog,
    private readonly entities?: EntityAccess,
  ) {}

  /** Committed rows. @throws DomainError `unavailable` when the database does not answer in time */
  rows<R extends object = Row>(sql: string, parameters: readonly Parameter[] = []): Promise<R[]> {
    return this.connections.rows(sql, parameters.map(bound)).catch(this.failed) as Promise<R[]>;
  }

  /** TypeORM's repository of an entity, to read committed rows. Errors are those of {@link rows}. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): ReadRepository<E> {
    this.reads ??= this.entityAccess.manager(
      async (sql, parameters) => ({ rows: await this.rows(sql, parameters), affected: 0 }),
      false,
    );
    return this.reads.getRepository(entity);
  }

  /** The rows of a plain `SELECT *` of one table as entities, for reads that must be cheaper than a query builder. */
  async entitiesOf<E extends object>(entity: new () => E, sql: string, parameters: readonly Parameter[]): Promise<E[]> {
    return this.entityAccess.hydrate(entity, await this.rows(sql, parameters));
  }

  /** See {@link valueTable}. */
  table(columns: Readonly<Record<string, ValueType>>, rows: readonly (readonly Parameter[])[]): ValueTable {
    return valueTable(this.connections.dialect, columns, rows);
  }

  /** Whether the database is SQLite, whose full-text search and string functions differ. */
  get isSqlite(): boolean {
    return this.connections.dialect === 'sqlite';
  }

  /** The id of this database's history. It changes when a backup is restored; see {@link newEpoch}. */
  async epoch(): Promise<string> {
    const [row] = await this.rows("SELECT value FROM meta WHERE name = 'epoch'");
    return String(row?.['value']);
  }

  /** Stores a new epoch: every client resets at its next sync. Servers read the epoch when they start. */
  async newEpoch(): Promise<string> {
    const epoch = newId();
    await this.write((tx) => tx.run("UPDATE meta SET value = ? WHERE name = 'epoch'", [epoch]));
    return epoch;
  }

  /**
   * Runs `work` as one transaction at READ COMMITTED and commits it; an error from `work` rolls it back. A deadlock
   * re-runs `work`, up to six times within a second, so `work` must do nothing but query. SQLite runs one transaction at
   * a time.
   * @throws DomainError `unavailable` when the database does not answer in time or is read-only; the transaction may
   *   have been committed then
   */
  write<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    const attempt = (): Promise<T> => this.transaction(work).catch(this.failed);
    if (!this.isSqlite) return attempt();
    return this.writes.run('writer', async () => {
      // SQLite calls block: without this, consecutive writes would starve the event loop.
      await nextTurn();
      return attempt();
    });
  }

  /** Closes every connection. Nest calls it after the server has stopped. */
  async onApplicationShutdown(): Promise<void> {
    await this.connections.end();
  }

  private async transaction<T>(work: (tx: Transaction) => T | Promise<T>): Promise<T> {
    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.connections.withConnection((connection) =>
          inTransaction(new Transaction(connection, this.transactionEntities), work),
        );
      } catch (error) {
        const isLast = attempt === MAX_ATTEMPTS || performance.now() - started > RETRY_WITHIN_MS;
        if (isLast || !isTransient(error)) throw error;
        await delay(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  private readonly transactionEntities = (run: RunStatement): EntityManager => this.entityAccess.manager(run, true);

  private get entityAccess(): EntityAccess {
    if (!this.entities) throw new Error('This database has no entities.');
    return this.entities;
  }

  private readonly failed = (error: unknown): never => {
    const meaning = toDomainError(error);
    if (isUnavailable(meaning) && meaning.cause !== undefined) this.outage?.failed(meaning.cause);
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

/** Converts a row's timestamp, which every driver returns as text, to the wire format: RFC 3339, UTC, milliseconds. */
export const isoTime = (value: unknown): string => `${String(value).replace(' ', 'T')}Z`;

/** {@link isoTime} for a nullable column. */
export const isoTimeOrNull = (value: unknown): string | null => (value === null ? null : isoTime(value));

/** `?, ?, ?` for a list of `count` parameters. */
export const placeholders = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** The half-open range of all strings that begin with `prefix`, for an indexed column in binary order. */
export const prefixRange = (prefix: string): [string, string] => [prefix, `${prefix}\u{10ffff}`];
