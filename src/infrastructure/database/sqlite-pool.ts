import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { DataSource, QueryRunner } from 'typeorm';

import type { ConnectionPool, Value } from './connection-pool.js';
import type { Connection, Result, Row, Statement } from './transaction.js';

/**
 * Connections to a SQLite file: one that writes, and one that reads, so that no read sees an open transaction. It is a
 * library that never waits but for another process's lock (`busy_timeout`), so that nothing else bounds its time.
 */
export class SqlitePool implements ConnectionPool {
  readonly isServer = false;
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
    // An earlier one could not be taken back, as the disk did not let it.
    if (file.inTransaction) file.exec('ROLLBACK');
    return work(new Borrowed(runner));
  }

  async end(): Promise<void> {
    await this.reader.destroy();
    await this.writer.destroy();
  }
}

class Borrowed implements Connection {
  readonly isServer = false;

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
    // There is one connection, and the next who gets it clears up.
  }
}
