/** What a query may be given. */
export type Parameter = string | number | boolean | Date | null | undefined;

/** A row as the driver hands it over. */
export type Row = Readonly<Record<string, unknown>>;

/** Where rows come from: the database, or an open transaction. */
export interface Rows {
  rows(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

/** A statement as the driver takes it. */
export interface Statement {
  readonly sql: string;
  readonly values: (string | number | null)[];
}

/** What a statement brought: rows, or how many it matched. */
export interface Result {
  readonly rows: Row[];
  readonly affected: number;
}

/** A connection that a transaction has for itself. */
export interface Connection {
  readonly isServer: boolean;
  /** Runs statements one after the other, and none after one that fails. @returns the result of each */
  run(statements: readonly Statement[]): Promise<Result[]>;
  /** Ends it: nobody knows what it is in the middle of. */
  destroy(): void;
}

/** What a column of a {@link valueTable} holds. */
export type ValueType = 'id' | 'integer' | 'moment';

const SERVER_TYPES: Readonly<Record<ValueType, string>> = {
  id: 'varchar(36) CHARACTER SET ascii COLLATE ascii_bin',
  integer: 'integer',
  moment: 'datetime(3)',
};

/** Values as a table in a statement, and the statement's one parameter for it. */
export interface ValueTable {
  readonly sql: string;
  readonly parameter: string;
}

/**
 * Plain SQL inside one transaction, in the dialect that MySQL, MariaDB and SQLite share. Statements that are asked for at
 * once go to a server together, and so does what need not be waited for: most transactions cost two round trips.
 */
export class Transaction implements Rows {
  /** What goes with the next statement. */
  private waiting: Statement[];
  private sending: Promise<Result[]> | undefined;
  private hasBegun = false;

  constructor(private readonly connection: Connection) {
    this.waiting = [{ sql: connection.isServer ? 'START TRANSACTION' : 'BEGIN IMMEDIATE', values: [] }];
  }

  /** Ends a `SELECT` whose rows the rest of the transaction relies on. SQLite has one writer, and needs no lock. */
  get forUpdate(): string {
    return this.connection.isServer ? ' FOR UPDATE' : '';
  }

  /** The same for rows that others may rely on as well, and that nobody changes meanwhile. */
  get forShare(): string {
    return this.connection.isServer ? ' LOCK IN SHARE MODE' : '';
  }

  async rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return (await this.send(sql, parameters)).rows;
  }

  /** Runs a statement that changes rows. @returns how many rows it matched */
  async run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    return (await this.send(sql, parameters)).affected;
  }

  /** The same for what need not be waited for: it runs before the next statement or the commit, which fails if it fails. */
  runLater(sql: string, parameters: readonly Parameter[] = []): void {
    this.waiting.push({ sql, values: parameters.map(bound) });
  }

  /** `INSERT`s rows of equal columns with one statement, {@link runLater later}. */
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
    return valueTable(this.connection.isServer, columns, rows);
  }

  /** Sets columns of `table` to those of the rows `v` with the same key, with one statement, {@link runLater later}. */
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
      this.connection.isServer
        ? `UPDATE ${values.sql} STRAIGHT_JOIN ${table} ON ${same} SET ${set(`${table}.`)}`
        : `UPDATE ${table} SET ${set('')} FROM ${values.sql} WHERE ${same}`,
      [values.parameter],
    );
  }

  /** Ends it well. */
  async commit(): Promise<void> {
    await this.send('COMMIT');
  }

  /** Ends it as if it had never begun. Never throws: where the connection is gone, so is the transaction. */
  async rollback(): Promise<void> {
    await this.sending?.catch(() => undefined);
    this.waiting = [];
    if (this.hasBegun) await this.send('ROLLBACK').catch(() => this.connection.destroy());
  }

  private async send(sql: string, parameters: readonly Parameter[] = []): Promise<Result> {
    const place = this.waiting.push({ sql, values: parameters.map(bound) }) - 1;
    this.sending ??= Promise.resolve().then(() => this.flush());
    const result = (await this.sending)[place];
    if (!result) throw new Error('A statement has a result.');
    return result;
  }

  private flush(): Promise<Result[]> {
    const statements = this.waiting;
    this.waiting = [];
    this.sending = undefined;
    this.hasBegun = true;
    return this.connection.run(statements);
  }
}

/**
 * Values as a table `v`, to be joined: a server finds them by its indexes one by one, where a long list of `OR`s would
 * have it think for longer than it works. They go as one parameter.
 */
export function valueTable(
  isServer: boolean,
  columns: Readonly<Record<string, ValueType>>,
  rows: readonly (readonly Parameter[])[],
): ValueTable {
  const names = Object.entries(columns);
  const sql = isServer
    ? `JSON_TABLE(?, '$[*]' COLUMNS (${names.map(([name, type], at) => `${name} ${SERVER_TYPES[type]} PATH '$[${at}]'`).join(', ')})) AS v`
    : `(SELECT ${names.map(([name], at) => `value ->> ${at} AS ${name}`).join(', ')} FROM json_each(?)) AS v`;
  return { sql, parameter: JSON.stringify(rows.map((row) => row.map(bound))) };
}

/** A parameter as every driver takes it: a moment as UTC text with milliseconds. */
export function bound(parameter: Parameter): string | number | null {
  if (parameter instanceof Date) return parameter.toISOString().slice(0, 23).replace('T', ' ');
  if (typeof parameter === 'boolean') return parameter ? 1 : 0;
  return parameter ?? null;
}
