import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { PoolConnection } from 'mysql2';
import type { Logger } from 'pino';
import { DataSource, type DataSourceOptions, MigrationExecutor, type QueryRunner } from 'typeorm';

import { Telemetry } from '../telemetry/telemetry.js';
import type { ConnectionPool } from './connection-pool.js';
import { Database } from './database.js';
import { EntityAccess } from './entity-access.js';
import { InstrumentedPool } from './instrumented-pool.js';
import { MetaEntity } from './meta.entity.js';
import { FirstSchema1763700000000 } from './migrations/1763700000000-first-schema.js';
import { WholeLog1764000000000 } from './migrations/1764000000000-whole-log.js';
import { People1764200000000 } from './migrations/1764200000000-people.js';
import { Search1764300000000 } from './migrations/1764300000000-search.js';
import { Purges1764400000000 } from './migrations/1764400000000-purges.js';
import { Inbox1764450000000 } from './migrations/1764450000000-inbox.js';
import { Mail1764500000000 } from './migrations/1764500000000-mail.js';
import { EndedIds1764600000000 } from './migrations/1764600000000-ended-ids.js';
import { QUERY_TIMEOUT_MS, poolOf, MysqlPool } from './mysql-pool.js';
import { OutageLog } from './outage-log.js';
import { SqlitePool } from './sqlite-pool.js';

/** Reads and transactions that may wait for a connection; the driver rejects further ones. */
const MAX_WAITING = 10_000;
/** Idle connections are closed before the server would close them, which could race with a request. */
const IDLE_MS = 10_000;
const SERVER_IDLE_SECONDS = 20;
/** How long a SQLite statement waits for another process's write lock. It blocks the event loop meanwhile. */
const BUSY_TIMEOUT_MS = 2_000;

/** The configuration that names the database. */
export interface DatabaseSettings {
  readonly databaseUrl: string | null;
  readonly databasePool: number;
  readonly dataDir: string;
}

const shared = {
  migrations: [
    FirstSchema1763700000000,
    WholeLog1764000000000,
    People1764200000000,
    Search1764300000000,
    Purges1764400000000,
    Inbox1764450000000,
    Mail1764500000000,
    EndedIds1764600000000,
  ],
  migrationsTableName: 'migrations',
  synchronize: false,
  logging: false,
  // Keeps TypeORM off the console; a migration that fails is thrown anyway.
  logger: 'debug',
} satisfies Partial<DataSourceOptions>;

/** Entity classes of the features. */
export type EntityList = readonly (abstract new () => object)[];

/**
 * TypeORM's options: MySQL or MariaDB if `databaseUrl` is set, otherwise the SQLite file `gochat.db` in `dataDir`.
 * @param features the entities of all features; the database adds its own
 */
export function dataSourceOptions(
  { databaseUrl, databasePool, dataDir }: DatabaseSettings,
  features: EntityList,
): DataSourceOptions {
  const entities = [MetaEntity, ...features];
  if (databaseUrl !== null) {
    return {
      ...shared,
      entities,
      type: 'mysql',
      url: databaseUrl,
      poolSize: databasePool,
      charset: 'utf8mb4',
      timezone: 'Z',
      // Views carry timestamps as text, so building a `Date` of each would be wasted work.
      dateStrings: true,
      connectTimeout: QUERY_TIMEOUT_MS,
      // `Transaction` sends several statements in one round trip. Every value is a parameter, which the driver escapes.
      multipleStatements: true,
      extra: {
        connectionLimit: databasePool,
        queueLimit: MAX_WAITING,
        enableKeepAlive: true,
        // Must be below the limit: mysql2 closes idle connections only above `maxIdle`.
        maxIdle: Math.max(1, databasePool - 1),
        idleTimeout: IDLE_MS,
        gracefulEnd: true,
      },
    };
  }
  mkdirSync(dataDir, { recursive: true });
  return {
    ...shared,
    entities,
    type: 'better-sqlite3',
    database: join(dataDir, 'gochat.db'),
    prepareDatabase: (db: SqliteDatabase) => {
      db.pragma('journal_mode = WAL');
      // FULL: a commit survives a power cut, not only a crash of the process.
      db.pragma('synchronous = FULL');
      db.pragma('foreign_keys = ON');
      // Deleted content is overwritten instead of staying in free pages.
      db.pragma('secure_delete = ON');
      db.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
    },
  };
}

interface Observers {
  readonly telemetry?: Telemetry;
  /** Receives a warning while the database is unavailable; none without it. */
  readonly log?: Logger;
}

/**
 * Connects, runs pending migrations, and returns the {@link Database}. The application module calls it at start, and
 * `admin.ts` for each command.
 * @throws the driver's error when the database cannot be reached
 */
export async function openDatabase(
  settings: DatabaseSettings,
  entities: EntityList,
  { telemetry = Telemetry.off, log }: Observers = {},
): Promise<Database> {
  const connected = await connect(settings, entities);
  const isInstrumented = telemetry.metrics.isOn || telemetry.tracing.isOn;
  return new Database(
    isInstrumented ? new InstrumentedPool(connected.pool, telemetry) : connected.pool,
    log && new OutageLog(log),
    connected.entities,
  );
}

/** Connects and runs pending migrations. @throws the driver's error when the database cannot be reached */
export async function connect(
  settings: DatabaseSettings,
  entityList: EntityList,
): Promise<{ pool: ConnectionPool; entities: EntityAccess }> {
  const options = dataSourceOptions(settings, entityList);
  const source = await new DataSource(options).initialize();
  const onServer = options.type === 'mysql';
  // The pool has one connection so far. It runs the migrations, which have no time limit.
  if (onServer) await source.query(SESSION);
  await migrate(source);
  const entities = new EntityAccess(source);
  if (!onServer) return { entities, pool: new SqlitePool(source, await new DataSource(options).initialize()) };
  await prepareConnections(source, `${SESSION}; ${await sessionLimits(source)}`);
  return { entities, pool: new MysqlPool(source) };
}

/**
 * Runs pending migrations. On a server, a named lock serializes nodes that start together. MySQL commits each DDL
 * statement by itself, so a node that is killed leaves half a migration: each can be re-run from any statement.
 */
async function migrate(source: DataSource): Promise<void> {
  const onServer = source.options.type === 'mysql';
  const runner = source.createQueryRunner();
  const migrations = new MigrationExecutor(source, runner);
  migrations.transaction = 'each';
  try {
    if (onServer) await lockMigrations(runner);
    await migrations.executePendingMigrations();
    if (onServer) await runner.query("SELECT RELEASE_LOCK('gochat.migrations')");
  } finally {
    await runner.release();
  }
}

async function lockMigrations(runner: QueryRunner): Promise<void> {
  const [row] = (await runner.query("SELECT GET_LOCK('gochat.migrations', 60) AS locked")) as { locked: unknown }[];
  if (Number(row?.locked) !== 1) throw new Error('Another node has held the migration lock for 60 seconds.');
}

/**
 * REPEATABLE READ, MySQL's default, takes gap locks that deadlock concurrent inserts. The driver escapes values with
 * backslashes, which `NO_BACKSLASH_ESCAPES` would turn into plain characters.
 */
const SESSION = `SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '')`;

/**
 * Limits that the server enforces when this process cannot, because it is frozen or the network is down: the server
 * rolls back an idle transaction, with its locks, and stops a statement that runs longer than a caller waits.
 */
async function sessionLimits(source: DataSource): Promise<string> {
  const [row] = await source.query<{ version: string }[]>('SELECT VERSION() AS version');
  const statement = row?.version.includes('MariaDB')
    ? `max_statement_time = ${QUERY_TIMEOUT_MS / 1_000}`
    : `max_execution_time = ${QUERY_TIMEOUT_MS}`;
  return `SET SESSION wait_timeout = ${SERVER_IDLE_SECONDS}; SET SESSION ${statement}`;
}

/** Runs `statement` on every connection that the pool opens, before its first use. */
async function prepareConnections(source: DataSource, statement: string): Promise<void> {
  const pool = poolOf(source);
  const prepare = (connection: PoolConnection): void => {
    // The pool drops a connection that fails. Without a listener, a second error of it would end the process.
    connection.on('error', () => undefined);
    connection.query(statement, (error) => {
      if (error) connection.destroy();
    });
  };
  pool.on('connection', prepare);
  // The first connection was opened before the listener was added.
  await new Promise<void>((resolve, reject) => {
    pool.getConnection((error, connection) => {
      if (error) {
        reject(error);
        return;
      }
      prepare(connection);
      connection.release();
      resolve();
    });
  });
}
