import type { PoolUse } from '../telemetry/metrics.js';
import type { Connection, Row } from './transaction.js';

/** A value as every driver takes it. */
export type Value = string | number | null;

/** Where statements run, and for how long. Errors are the driver's, or `unavailable` where there was no time left. */
export interface ConnectionPool {
  readonly isServer: boolean;
  /** Committed rows. */
  rows(sql: string, values: Value[]): Promise<Row[]>;
  /** Lends a connection, in no transaction, for the time of `work`. */
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** How much of the pool is in use; null where there is none. */
  readonly pool: PoolUse | null;
  /** Ends them all. */
  end(): Promise<void>;
}
