import { DomainError, isUnavailable } from '../../common/domain-error.js';
import type { PoolUse } from '../telemetry/metrics.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { Span } from '../telemetry/tracing.js';
import type { ConnectionPool, Value } from './connection-pool.js';
import type { Connection, Dialect, Result, Row, Statement } from './transaction.js';

/**
 * Times and traces every read and transaction of another pool. `openDatabase` wraps the pool with it when metrics or
 * tracing is on; `Database` then calls it in place of the pool.
 */
export class InstrumentedPool implements ConnectionPool {
  readonly dialect: Dialect;

  constructor(
    private readonly connections: ConnectionPool,
    private readonly telemetry: Telemetry,
  ) {
    this.dialect = connections.dialect;
    const { pool } = connections;
    if (pool) telemetry.metrics.watch('pool', () => connections.pool ?? pool);
  }

  get pool(): PoolUse | null {
    return this.connections.pool;
  }

  rows(sql: string, values: Value[]): Promise<Row[]> {
    return this.timed('read', () => this.traced([sql], () => this.connections.rows(sql, values)));
  }

  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const { isOn } = this.telemetry.tracing;
    return this.timed('transaction', () =>
      this.connections.withConnection((connection) => work(isOn ? this.tracedConnection(connection) : connection)),
    );
  }

  end(): Promise<void> {
    return this.connections.end();
  }

  private tracedConnection(connection: Connection): Connection {
    const run = (statements: readonly Statement[]): Promise<Result[]> =>
      this.traced(
        statements.map(({ sql }) => sql),
        () => connection.run(statements),
      );
    return { dialect: connection.dialect, run, destroy: () => connection.destroy() };
  }

  private async timed<T>(kind: 'read' | 'transaction', work: () => Promise<T>): Promise<T> {
    const { metrics } = this.telemetry;
    const since = performance.now();
    try {
      const result = await work();
      metrics.query(kind, 'ok', since);
      return result;
    } catch (error) {
      metrics.query(kind, isFault(error) ? 'error' : 'ok', since);
      throw error;
    }
  }

  private async traced<T>(sql: readonly string[], work: () => Promise<T>): Promise<T> {
    const span: Span = this.telemetry.tracing.statements(this.dialect, sql);
    try {
      const result = await work();
      span.end('ok');
      return result;
    } catch (error) {
      span.end('error');
      throw error;
    }
  }
}

/** A `DomainError` that rolls a transaction back is an answer, not a failure of the database. */
const isFault = (error: unknown): boolean => !(error instanceof DomainError) || isUnavailable(error);
