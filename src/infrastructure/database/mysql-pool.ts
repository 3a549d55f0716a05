import type { Duplex } from 'node:stream';

import type { Pool, PoolConnection } from 'mysql2';
import type { DataSource } from 'typeorm';

import type { PoolUse } from '../telemetry/metrics.js';
import type { ConnectionPool, Value } from './connection-pool.js';
import { isReadOnly, unavailable } from './driver-errors.js';
import type { Connection, Result, Row, Statement } from './transaction.js';

/**
 * How long a request waits for a connection, and then how long it has it: for one read, or one transaction. Whatever
 * takes longer fails, so that nobody hangs behind a database that has stopped.
 */
export const QUERY_TIMEOUT_MS = 3_000;

/** The pool of a DataSource on a server. */
export const poolOf = ({ driver }: DataSource): Pool => (driver as unknown as { pool: Pool }).pool;

/** What mysql2 3 counts by, and its types hide. */
interface PoolInside {
  readonly config: { readonly connectionLimit: number };
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
}

const poolInside = (source: DataSource): PoolInside => poolOf(source) as unknown as PoolInside;

/** Connections to MySQL or MariaDB: the driver's own, without the query runner that TypeORM puts around each. */
export class MysqlPool implements ConnectionPool {
  readonly isServer = true;

  constructor(private readonly source: DataSource) {}

  get pool(): PoolUse {
    const { _allConnections: all, _freeConnections: free, _connectionQueue: queue, config } = poolInside(this.source);
    return { size: config.connectionLimit, used: all.length - free.length, waiting: queue.length };
  }

  /** Not `pool.query`: rows that come by it survive several collections of garbage, which costs more than is won. */
  rows(sql: string, values: Value[]): Promise<Row[]> {
    return this.use(
      (connection) =>
        new Promise((resolve, reject) => {
          connection.query(sql, values, (error, rows) => {
            if (error) reject(error);
            else resolve(rows as Row[]);
          });
        }),
    );
  }

  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.use((connection) => work(new Lent(connection)));
  }

  async end(): Promise<void> {
    await this.source.destroy();
  }

  private async use<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.take();
    const limit = setTimeout(abandon, QUERY_TIMEOUT_MS, connection);
    try {
      return await work(connection);
    } catch (error) {
      // The next one leads to whichever server has become the primary.
      if (isReadOnly(error)) connection.destroy();
      throw error;
    } finally {
      clearTimeout(limit);
      connection.release();
    }
  }

  /** The driver's pool lets one wait for ever. */
  private take(): Promise<PoolConnection> {
    return new Promise((resolve, reject) => {
      let isLate = false;
      const limit = setTimeout(() => {
        isLate = true;
        reject(unavailable('The database is too busy.', new Error('no connection in time')));
      }, QUERY_TIMEOUT_MS);
      poolOf(this.source).getConnection((error, connection) => {
        clearTimeout(limit);
        if (error) reject(unavailable('The database cannot be reached.', error));
        else if (isLate) connection.release();
        else resolve(connection);
      });
    });
  }
}

/**
 * Ends a connection of which nobody knows what it is in the middle of: what waits for its answers fails, and the pool makes
 * a new one. Not `destroy`, which waits until what was written has left, and tells nobody.
 */
function abandon(connection: PoolConnection): void {
  const error = Object.assign(new Error('The database did not answer in time.'), { code: 'ETIMEDOUT' });
  (connection as unknown as { stream: Duplex }).stream.destroy(error);
}

/** A connection, to which many statements can go at once. */
class Lent implements Connection {
  readonly isServer = true;

  constructor(private readonly connection: PoolConnection) {}

  run(statements: readonly Statement[]): Promise<Result[]> {
    const sql = statements.map((statement) => statement.sql).join('; ');
    const values = statements.flatMap((statement) => statement.values);
    return new Promise((resolve, reject) => {
      this.connection.query(sql, values, (error: Error | null, answer: unknown) => {
        if (error) reject(error);
        else resolve((statements.length === 1 ? [answer] : (answer as unknown[])).map(resultOf));
      });
    });
  }

  destroy(): void {
    this.connection.destroy();
  }
}

/** A `SELECT` brings a list of rows, everything else a header. */
const resultOf = (answer: unknown): Result =>
  Array.isArray(answer)
    ? { rows: answer as Row[], affected: 0 }
    : { rows: [], affected: (answer as { affectedRows: number }).affectedRows };
