import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { DataSource, QueryRunner } from 'typeorm';

import type { ConnectionPool, Value } from './connection-pool.js';
import type { Connection, Result, Row, Statement } from './transaction.js';

/**
 * Two connections to a SQLite file: one writes and one reads, so that no read sees an open transaction. `Database` calls
 * it for every read and transaction, and runs one transaction at a time. Calls are synchronous and wait only for another
 * process's lock, for at most `busy_timeout`, so there is no other time limit.
 */
export class SqlitePool implements ConnectionPool {
  readonly dialect = 'sqlite';
  readonly pool = null;

  constructor(
    private readonly writer: DataSource,
    private readonly reader: DataSource,
  ) {}

  rows(sql: string, values: Value[]): Promise<Row[]> {
    return this.reader.query<Row[]>(sql, values);
  }

  async withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const runner = this.writer.createQueryRunner();
    const file = (await runner.connect()) as SqliteDatabase;
    // The rollback of an earlier transaction failed, for example on a full disk.
    if (file.inTransaction) file.exec('ROLLBACK');
    return work(new SqliteConnection(runner));
  }

  async end(): Promise<void> {
    await this.reader.destroy();
    await this.writer.destroy();
  }
}

/** The writing connection, which `Transaction` uses. */
class SqliteConnection implements Connection {
  readonly dialect = 'sqlite';

  constructor(private readonly runner: QueryRunner) {}

  async run(statements: readonly Statement[]): Promise<Result[]> {
    const results: Result[] = [];
    for (const { sql, values } of statements) {
      const { records, affected } = await this.runner.query(sql, values, true);
      results.push({ rows: records as Row[], affected: affected ?? 0 });
    }
    return results;
  }

  destroy(): void {
    // There is only one connection; the next transaction rolls back what this one left.
  }
}
