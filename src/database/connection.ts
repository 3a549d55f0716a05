import type { Connection as MySqlConnection } from 'mysql2';
import type { QueryRunner } from 'typeorm';

import type { Connection, Result, Row, Statement } from './transaction.js';

/** The connection of a query runner: on a server the driver's own, to which many statements can go at once. */
export async function connectionOf(runner: QueryRunner): Promise<Connection> {
  const isServer = runner.dataSource.options.type === 'mysql';
  return isServer ? new Server((await runner.connect()) as MySqlConnection) : new Library(runner);
}

class Server implements Connection {
  readonly isServer = true;

  constructor(private readonly connection: MySqlConnection) {}

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

class Library implements Connection {
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
    // There is one connection, and its statements fail alone.
  }
}
