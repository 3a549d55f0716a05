import type { Duplex } from 'node:stream';

import type { Pool, PoolConnection } from 'mysql2';
import type { DataSource } from 'typeorm';

import type { PoolUse } from '../telemetry/metrics.js';
import type { ConnectionPool, Value } from './connection-pool.js';
import { isReadOnly, unavailable } from './driver-errors.js';
import type { Connection, Result, Row, Statement } from './transaction.js';

/**
 * How long a caller waits for a connection, and then how long it may use it, for one read or one transaction. Both fail
 * after that, so that no request waits for a database that has stopped.
 */
export const QUERY_TIMEOUT_MS = 3_000;

/** The mysql2 pool inside a MySQL or MariaDB `DataSource`. */
export const poolOf = ({ driver }: DataSource): Pool => (driver as unknown as { pool: Pool }).pool;

/** Internals of mysql2 3 that its types hide; the metrics count by them. */
interface PoolInside {
  readonly config: { readonly connectionLimit: number };
  readonly _allConnections: { readonly length: number };
  readonly _freeConnections: { readonly length: number };
  readonly _connectionQueue: { readonly length: number };
}

const poolInside = (source: DataSource): PoolInside => poolOf(source) as unknown as PoolInside;

/**
 * Connections to MySQL or MariaDB. It uses mysql2's connections directly, without TypeORM's query runner around each.
 * `Database` calls it for every read and transaction.
 */
export class MysqlPool implements ConnectionPool {
  readonly dialect = 'mysql';

  constructor(private readonly source: DataSource) {}

  get pool(): PoolUse {
    const { _allConnections: all, _freeConnections: free, _connectionQueue: queue, config } = poolInside(this.source);
    return { size: config.connectionLimit, used: all.length - free.length, waiting: queue.length };
  }

  /** Avoids `pool.query`, whose rows outlive several garbage collections, which costs more than it saves. */
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
    return this.use((connection) => work(new MysqlConnection(connection)));
  }

  async end(): Promise<void> {
    await this.source.destroy();
  }

  private async use<T>(work: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.acquire();
    const limit = setTimeout(destroyUnresponsive, QUERY_TIMEOUT_MS, connection);
    try {
      return await work(connection);
    } catch (error) {
      // A new connection reaches the server that is now the primary.
      if (isReadOnly(error)) connection.destroy();
      throw error;
    } finally {
      clearTimeout(limit);
      connection.release();
    }
  }

  /** Adds the timeout that mysql2's `getConnection` lacks. */
  private acquire(): Promise<PoolConnection> {
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
 * Closes a connection that has not answered in time. Its pending queries fail with `ETIMEDOUT`, and the pool replaces it.
 * The connection's own `destroy` first flushes its writes, and leaves pending queries unanswered.
 */
function destroyUnresponsive(connection: PoolConnection): void {
  const error = Object.assign(new Error('The database did not answer in time.'), { code: 'ETIMEDOUT' });
  (connection as unknown as { stream: Duplex }).stream.destroy(error);
}

/** A connection that sends several statements in one round trip. `Transaction` uses it. */
class MysqlConnection implements Connection {
  readonly dialect = 'mysql';

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

/** A `SELECT` returns a list of rows, any other statement a header. */
const resultOf = (answer: unknown): Result =>
  Array.isArray(answer)
    ? { rows: answer as Row[], affected: 0 }
    : { rows: [], affected: (answer as { affectedRows: number }).affectedRows };
