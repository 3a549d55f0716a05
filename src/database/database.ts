import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Connection, ResultSetHeader } from 'mysql2';
import { type DataSource, QueryFailedError, type QueryRunner } from 'typeorm';

import { DomainError } from '../common/domain-error.js';
import { Turns } from '../common/turns.js';

/** What a query may be given. */
export type Parameter = string | number | boolean | Date | null | undefined;

/** A row as the driver hands it over. */
export type Row = Readonly<Record<string, unknown>>;

/** What a column of a {@link Transaction.table} holds. */
type ValueType = 'id' | 'integer' | 'moment';

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

/** Where rows come from: the database, or an open transaction. */
export interface Rows {
  rows(sql: string, parameters?: readonly Parameter[]): Promise<Row[]>;
}

const MAX_ATTEMPTS = 6;
/** MySQL and MariaDB: lock wait timeout, deadlock. The transaction was rolled back and may simply be run again. */
const TRANSIENT = new Set([1205, 1213]);
const DUPLICATE = new Set(['ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
]);

/** Plain SQL inside one transaction, in the dialect that MySQL, MariaDB and SQLite share. */
export class Transaction {
  /** @param server where statements go directly, as TypeORM's way there costs more than many a statement */
  constructor(
    private readonly runner: QueryRunner,
    private readonly server: Connection | null,
  ) {}

  /** Ends a `SELECT` whose rows the rest of the transaction relies on. SQLite has one writer, and needs no lock. */
  get forUpdate(): string {
    return this.server ? ' FOR UPDATE' : '';
  }

  /** The same for rows that others may rely on as well, and that nobody changes meanwhile. */
  get forShare(): string {
    return this.server ? ' LOCK IN SHARE MODE' : '';
  }

  async rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    const values = parameters.map(bound);
    return (await (this.server ? ask(this.server, sql, values) : this.runner.query(sql, values))) as Row[];
  }

  /** Runs a statement that changes rows. @returns how many rows it matched */
  async run(sql: string, parameters: readonly Parameter[] = []): Promise<number> {
    const values = parameters.map(bound);
    if (this.server) return ((await ask(this.server, sql, values)) as ResultSetHeader).affectedRows;
    const result = await this.runner.query(sql, values, true);
    return result.affected ?? 0;
  }

  /**
   * Values as a table `v`, to be joined: a server finds them by its indexes one by one, where a long list of `OR`s would
   * have it think for longer than it works. They go as one parameter.
   */
  table(columns: Readonly<Record<string, ValueType>>, rows: readonly (readonly Parameter[])[]): ValueTable {
    const names = Object.entries(columns);
    const sql = this.server
      ? `JSON_TABLE(?, '$[*]' COLUMNS (${names.map(([name, type], at) => `${name} ${SERVER_TYPES[type]} PATH '$[${at}]'`).join(', ')})) AS v`
      : `(SELECT ${names.map(([name], at) => `value ->> ${at} AS ${name}`).join(', ')} FROM json_each(?)) AS v`;
    return { sql, parameter: JSON.stringify(rows.map((row) => row.map(bound))) };
  }

  /** Sets columns of `table` to those of the rows `v` with the same key, with one statement. */
  async updateFrom(
    table: string,
    key: readonly string[],
    changed: readonly string[],
    values: ValueTable,
  ): Promise<void> {
    const same = key.map((column) => `${table}.${column} = v.${column}`).join(' AND ');
    await this.run(
      this.server
        ? `UPDATE ${values.sql} STRAIGHT_JOIN ${table} ON ${same} SET ${changed.map((column) => `${table}.${column} = v.${column}`).join(', ')}`
        : `UPDATE ${table} SET ${changed.map((column) => `${column} = v.${column}`).join(', ')} FROM ${values.sql} WHERE ${same}`,
      [values.parameter],
    );
  }

  /** `INSERT`s rows of equal columns with one statement. */
  async insert(table: string, rows: readonly Readonly<Record<string, Parameter>>[]): Promise<void> {
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) return;
    const tuple = `(${columns.map(() => '?').join(', ')})`;
    await this.run(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(() => tuple).join(', ')}`,
      rows.flatMap((row) => columns.map((column) => row[column])),
    );
  }
}

/** The one way to the data: reads of what is committed, and writes that are one transaction each. */
@Injectable()
export class Database implements OnApplicationShutdown {
  private readonly writes = new Turns();

  /**
   * @param writer where transactions run
   * @param reader where reads run: a connection of its own on SQLite, so that no read sees an open transaction; the
   *   same pool on MySQL and MariaDB
   */
  constructor(
    private readonly writer: DataSource,
    private readonly reader: DataSource,
  ) {}

  /** Committed rows. @throws DomainError `unavailable` when the database cannot be reached */
  async rows(sql: string, parameters: readonly Parameter[] = []): Promise<Row[]> {
    return translated(() => this.reader.query<Row[]>(sql, parameters.map(bound)));
  }

  /** Whether it is SQLite, whose full text is searched by words of its own. */
  get isSqlite(): boolean {
    return this.writer.options.type === 'better-sqlite3';
  }

  /** Which life of this database it is. */
  async epoch(): Promise<string> {
    const [row] = await this.rows("SELECT value FROM meta WHERE name = 'epoch'");
    return String(row?.['value']);
  }

  /**
   * Runs `work` as one transaction at READ COMMITTED and commits it; whatever `work` throws rolls it back. Deadlocks
   * run it again, so it must do nothing but query. SQLite runs one at a time.
   * @throws DomainError `unavailable` when the database cannot be reached
   */
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const attempt = (): Promise<T> => translated(() => this.transaction(work));
    if (!this.isSqlite) return attempt();
    return this.writes.run('writer', async () => {
      // It is a library that never waits: one write after the other would let nothing else have a turn.
      await nextTurn();
      return attempt();
    });
  }

  /** Ends every connection. */
  async onApplicationShutdown(): Promise<void> {
    if (this.reader !== this.writer) await this.reader.destroy();
    await this.writer.destroy();
  }

  private async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.writer.transaction(async ({ queryRunner }) => {
          if (!queryRunner) throw new Error('A transaction has a query runner.');
          const server = this.isSqlite ? null : ((await queryRunner.connect()) as Connection);
          return work(new Transaction(queryRunner, server));
        });
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !isTransient(error)) throw error;
        await delay(Math.random() * 10 * 2 ** attempt);
      }
    }
  }
}

/** Whether a statement failed on a unique key: somebody else was first. */
export function isDuplicate(error: unknown): boolean {
  return DUPLICATE.has(String(driverError(error).code));
}

/** A row's moment, in the form of the wire: RFC 3339, UTC, milliseconds. SQLite hands out text, MySQL a `Date`. */
export function isoTime(value: unknown): string {
  return value instanceof Date ? value.toISOString() : `${String(value).replace(' ', 'T')}Z`;
}

/** The same for a column that may be null. */
export const isoTimeOrNull = (value: unknown): string | null => (value === null ? null : isoTime(value));

/** `?, ?, ?` for a list of `count` parameters. */
export const placeholders = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

/** The range that holds every text beginning with `prefix`, for an indexed column in binary order. */
export const prefixRange = (prefix: string): [string, string] => [prefix, `${prefix}\u{10ffff}`];

function ask(server: Connection, sql: string, values: (string | number | null)[]): Promise<unknown> {
  return new Promise((resolve, reject) => {
    server.query(sql, values, (error: Error | null, result: unknown) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
}

function bound(parameter: Parameter): string | number | null {
  if (parameter instanceof Date) return parameter.toISOString().slice(0, 23).replace('T', ' ');
  if (typeof parameter === 'boolean') return parameter ? 1 : 0;
  return parameter ?? null;
}

async function translated<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!UNREACHABLE.has(String(driverError(error).code))) throw error;
    throw new DomainError('unavailable', 'The database cannot be reached. Try again soon.', { retryAfterMs: 1_000 });
  }
}

const isTransient = (error: unknown): boolean => TRANSIENT.has(Number(driverError(error).errno));

function driverError(error: unknown): { code?: unknown; errno?: unknown } {
  if (error instanceof QueryFailedError) return error.driverError as { code?: unknown; errno?: unknown };
  return typeof error === 'object' && error !== null ? error : {};
}
