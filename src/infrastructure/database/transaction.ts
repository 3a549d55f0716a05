import type { EntityManager, EntityTarget, ObjectLiteral, Repository } from 'typeorm';

/** `mysql` for MySQL and MariaDB. */
export type Dialect = 'sqlite' | 'mysql';

/** A query parameter. `undefined` is stored as `NULL`. */
export type Parameter = string | number | boolean | Date | null | undefined;

/** A row as the driver returns it. */
export type Row = Readonly<Record<string, unknown>>;

/** The row of an entity as every driver returns it: moments as UTC text, booleans as 0 or 1. */
export type RowOf<Entity> = {
  readonly [Column in keyof Entity]:
    | (Entity[Column] & (string | number | null))
    | (Date extends Entity[Column] ? string : never)
    | (boolean extends Entity[Column] ? 0 | 1 : never);
};

/**
 * Runs `SELECT`s: on committed data (`Database`), or inside an open transaction. The type parameter names the columns
 * that the statement selects; nothing checks it at run time.
 */
export interface Rows {
  rows<R extends object = Row>(sql: string, parameters?: readonly Parameter[]): Promise<R[]>;
}

/** A statement with its parameters in the driver's form. */
export interface Statement {
  readonly sql: string;
  readonly values: (string | number | null)[];
}

/** The result of a statement: its rows, or the number of rows that it matched. */
export interface Result {
  readonly rows: Row[];
  readonly affected: number;
}

/** Runs one statement: on the connection of a transaction, or as a read on any connection. */
export type RunStatement = (sql: string, parameters: readonly Parameter[]) => Promise<Result>;

/** A connection that one transaction uses exclusively. */
export interface Connection {
  readonly dialect: Dialect;
  /** Runs statements in order and stops at the first that fails. @returns the result of each */
  run(statements: readonly Statement[]): Promise<Result[]>;
  /** Closes the connection, whose state is unknown after a failed rollback. */
  destroy(): void;
}

/** The type of a column of a {@link valueTable}. */
export type ValueType = 'id' | 'integer' | 'moment';

const SERVER_TYPES: Readonly<Record<ValueType, string>> = {
  id: 'varchar(36) CHARACTER SET ascii COLLATE ascii_bin',
  integer: 'integer',
  moment: 'datetime(3)',
};

/** The SQL of a table of values, and the one parameter that holds the values. */
export interface ValueTable {
  readonly sql: string;
  readonly parameter: string;
}

/**
 * One transaction of plain SQL, in the subset that MySQL, MariaDB and SQLite share. `Database.write` creates one per
 * attempt, commits it and rolls it back; the callback's queries run through it. Statements issued without an `await`
 * between them are pipelined, together with those queued by {@link runLater}: most transactions take two round trips.
 */
export class Transaction implements Rows {
  /** Statements that leave with the next flush. */
  private pending: Statement[];
  private flushing: Promise<Result[]> | undefined;
  private hasBegun = false;
  private manager: EntityManager | undefined;

  /** @param entityManager creates the manager of {@link repository} when it is first called */
  constructor(
    private readonly connection: Connection,
    private readonly entityManager?: (run: RunStatement) => EntityManager,
  ) {
    this.pending = [{ sql: this.isSqlite ? 'BEGIN IMMEDIATE' : 'START TRANSACTION', values: [] }];
  }

  private get isSqlite(): boolean {
    return this.connection.dialect === 'sqlite';
  }

  /** Suffix of a `SELECT` that locks its rows exclusively. Empty on SQLite, which has a single writer. */
  get forUpdate(): string {
    return this.isSqlite ? '' : ' FOR UPDATE';
  }

  /** Suffix of a `SELECT` that locks its rows against changes but not against other readers. Empty on SQLite. */
  get forShare(): string {
    return this.isSqlite ? '' : ' LOCK IN SHARE MODE';
  }

  async rows<R extends object = Row>(sql: string, parameters: readonly Parameter[] = []): Promise<R[]> {
    return (await this.send(sql, parameters)).rows as R[];
  }

  /** TypeORM's repository of an entity. Its statements run inside this transaction, and are pipelined like all others. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    this.manager ??= this.entityManager?.((sql, parameters) => this.send(sql, parameters));
    if (!this.manager) throw new Error('This transaction has no entities.');
    return this.manager.getRepository(entity);
  }

  /** {@link forUpdate} as a part of TypeORM's find options. */
  get writeLock(): { lock?: { mode: 'pessimistic_write' } } {
    return this.isSqlite ? {} : { lock: { mode: 'pessimistic_write' } };
  }

  /** Queues the statement of a TypeORM query builder, like {@link runLater}. */
  queue(builder: { getQueryAndParameters(): [string, readonly Parameter[]] }): void {
    this.runLater(...builder.getQueryAndParameters());
  }

  /** Runs a statement that changes rows. @returns how many rows it matched */
  async run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return (await this.send(sql, parameters)).affected;
  }

  /** Queues a statement. It runs before the next statement or the commit, which fails if this one fails. */
  runLater(sql: string, parameters: readonly Parameter[] = []): void {
    this.pending.push({ sql, values: parameters.map(bound) });
  }

  /** Queues one `INSERT` of several rows with equal columns; see {@link runLater}. */
  insert(table: string, rows: readonly Readonly<Record<string, Parameter>>[]): void {
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) return;
    const tuple = `(${columns.map(() => '?').join(', ')})`;
    this.runLater(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(() => tuple).join(', ')}`,
      rows.flatMap((row) => columns.map((column) => row[column])),
    );
  }

  /** See {@link valueTable}. */
  table(columns: Readonly<Record<string, ValueType>>, rows: readonly (readonly Parameter[])[]): ValueTable {
    return valueTable(this.connection.dialect, columns, rows);
  }

  /** Queues one `UPDATE` that sets columns of `table` from the rows `v` with the same key; see {@link runLater}. */
  updateFrom(
    table: string,
    key: readonly string[],
    changed: Readonly<Record<string, string>>,
    values: ValueTable,
  ): void {
    const same = key.map((column) => `${table}.${column} = v.${column}`).join(' AND ');
    const set = (prefix: string): string =>
      Object.entries(changed)
        .map(([column, from]) => `${prefix}${column} = v.${from}`)
        .join(', ');
    this.runLater(
      this.isSqlite
        ? `UPDATE ${table} SET ${set('')} FROM ${values.sql} WHERE ${same}`
        : `UPDATE ${values.sql} STRAIGHT_JOIN ${table} ON ${same} SET ${set(`${table}.`)}`,
      [values.parameter],
    );
  }

  /** Sends queued statements and commits. */
  async commit(): Promise<void> {
    await this.send('COMMIT');
  }

  /** Rolls back and drops queued statements. Never throws: a closed connection ends its transaction. */
  async rollback(): Promise<void> {
    await this.flushing?.catch(() => undefined);
    this.pending = [];
    if (this.hasBegun) await this.send('ROLLBACK').catch(() => this.connection.destroy());
  }

  private async send(sql: string, parameters: readonly Parameter[] = []): Promise<Result> {
    const index = this.pending.push({ sql, values: parameters.map(bound) }) - 1;
    this.flushing ??= Promise.resolve().then(() => this.flush());
    const result = (await this.flushing)[index];
    if (!result) throw new Error('A statement has a result.');
    return result;
  }

  private flush(): Promise<Result[]> {
    const statements = this.pending;
    this.pending = [];
    this.flushing = undefined;
    this.hasBegun = true;
    return this.connection.run(statements);
  }
}

/**
 * A table `v` of values, for joins; the values travel as one JSON parameter. MySQL and MariaDB look up each row by index, where
 * it would spend longer planning a long list of `OR`s than running it.
 */
export function valueTable(
  dialect: Dialect,
  columns: Readonly<Record<string, ValueType>>,
  rows: readonly (readonly Parameter[])[],
): ValueTable {
  const names = Object.entries(columns);
  const sql =
    dialect === 'mysql'
      ? `JSON_TABLE(?, '$[*]' COLUMNS (${names.map(([name, type], at) => `${name} ${SERVER_TYPES[type]} PATH '$[${at}]'`).join(', ')})) AS v`
      : `(SELECT ${names.map(([name], at) => `value ->> ${at} AS ${name}`).join(', ')} FROM json_each(?)) AS v`;
  return { sql, parameter: JSON.stringify(rows.map((row) => row.map(bound))) };
}

/** Converts a parameter to the driver's form: a `Date` becomes UTC text with milliseconds. */
export function bound(parameter: Parameter): string | number | null {
  if (parameter instanceof Date) return parameter.toISOString().slice(0, 23).replace('T', ' ');
  if (typeof parameter === 'boolean') return parameter ? 1 : 0;
  return parameter ?? null;
}
