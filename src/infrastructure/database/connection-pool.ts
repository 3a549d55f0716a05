import type { PoolUse } from '../telemetry/metrics.js';
import type { Connection, Dialect, Row } from './transaction.js';

/** A parameter in a form that every driver accepts. */
export type Value = string | number | null;

/**
 * The connections to one database. `Database` calls it for every read and every transaction. Implementations bound the
 * time that a connection is used. They reject with the driver's error, or with `unavailable` when that time runs out.
 */
export interface ConnectionPool {
  readonly dialect: Dialect;
  /** Runs one `SELECT` and returns committed rows. */
  rows(sql: string, values: Value[]): Promise<Row[]>;
  /** Acquires a connection outside any transaction, runs `work` with it, and releases it. */
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** How much of the pool is in use; null for SQLite, which has none. */
  readonly pool: PoolUse | null;
  /** Closes all connections. `Database` calls it once, at shutdown. */
  end(): Promise<void>;
}
