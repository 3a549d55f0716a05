import { type DataSource, type EntityManager, QueryResult, type QueryRunner } from 'typeorm';

import type { Parameter, Row, RunStatement } from './transaction.js';

/**
 * Creates TypeORM entity managers whose statements run on our own connections, with their limits, pipelining and metrics.
 * `Database` creates one manager for reads, and `Transaction` one when it is first asked for a repository. The managers
 * open no connection and no transaction. Write with `insert`, `update` and `delete`: `save` reads each row before.
 */
export class EntityAccess {
  private readonly base: QueryRunner;

  constructor(private readonly source: DataSource) {
    // TypeORM's drivers return moments as text without a zone, which it takes for local time on MySQL. They are UTC.
    const { driver } = source;
    const hydrate = driver.prepareHydratedValue.bind(driver);
    driver.prepareHydratedValue = (value: unknown, column): unknown =>
      hydrate(column.type === 'datetime' && typeof value === 'string' ? utc(value) : value, column);
    this.base = source.createQueryRunner();
  }

  /** Converts the rows of a plain `SELECT *` to entities, at a fraction of the query builder's cost. */
  hydrate<E extends object>(entity: new () => E, rows: readonly Row[]): E[] {
    const { columns } = this.source.getMetadata(entity);
    return rows.map((row) =>
      Object.assign(
        new entity(),
        Object.fromEntries(
          columns.map((column) => [
            column.propertyName,
            this.source.driver.prepareHydratedValue(row[column.databaseName], column) as unknown,
          ]),
        ),
      ),
    );
  }

  /** @param isInTransaction permits `SELECT … FOR UPDATE`, which TypeORM refuses elsewhere */
  manager(run: RunStatement, isInTransaction: boolean): EntityManager {
    const query = async (sql: string, parameters: readonly Parameter[] = []): Promise<QueryResult> => {
      const { rows, affected } = await run(sql, parameters);
      return Object.assign(new QueryResult(), { raw: rows, records: rows, affected });
    };
    // The base is inherited from and never changed: on SQLite, it is the runner that the pool uses.
    const runner: QueryRunner = Object.assign(Object.create(this.base) as QueryRunner, {
      query,
      connect: refuse,
      startTransaction: refuse,
      isTransactionActive: isInTransaction,
    });
    const manager = this.source.createEntityManager(runner);
    return Object.assign(runner, { manager }).manager;
  }
}

const utc = (text: string): Date => new Date(`${text.replace(' ', 'T')}Z`);

const refuse = (): Promise<never> =>
  Promise.reject(new Error('Use Database.write: TypeORM opens no connection or transaction of its own.'));
