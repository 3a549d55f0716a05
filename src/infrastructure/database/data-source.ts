import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { PoolConnection } from 'mysql2';
import { DataSource, type DataSourceOptions, MigrationExecutor, type QueryRunner } from 'typeorm';

import { SessionEntity } from '../../sessions/session.entity.js';
import { ConversationEntity } from '../../conversations/conversation.entity.js';
import { PurgeEntity } from '../../conversations/deleted-conversation.entity.js';
import { MemberEntity } from '../../members/member.entity.js';
import { MessageEntity } from '../../messages/message.entity.js';
import { ReactionEntity } from '../../messages/reaction.entity.js';
import { SearchCheckpointEntity } from '../../search/search-checkpoint.entity.js';
import { EmailTokenEntity } from '../../account-recovery/email-token.entity.js';
import { BlockEntity } from '../../blocks/block.entity.js';
import { UserEntity } from '../../users/user.entity.js';
import { Telemetry } from '../telemetry/telemetry.js';
import type { ConnectionPool } from './connection-pool.js';
import { Database } from './database.js';
import { SqlitePool } from './sqlite-pool.js';
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
import { InstrumentedPool } from './instrumented-pool.js';

/** Changes and reads that may wait for a connection. */
const WAITING_MAX = 10_000;
/** Connections that nobody uses are ended by us before the server does it, which could cross a request. */
const IDLE_MS = 10_000;
const SERVER_IDLE_SECONDS = 20;
/** How long SQLite waits, and with it everything, while another process writes to the file. */
const BUSY_MS = 2_000;

/** Where the data is. */
export interface DatabaseSettings {
  readonly databaseUrl: string | null;
  readonly databasePool: number;
  readonly dataDir: string;
}

const shared = {
  entities: [
    MetaEntity,
    UserEntity,
    BlockEntity,
    SessionEntity,
    ConversationEntity,
    MemberEntity,
    MessageEntity,
    ReactionEntity,
    SearchCheckpointEntity,
    PurgeEntity,
    EmailTokenEntity,
  ],
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
  // Not on the console: a migration that fails is thrown as well.
  logger: 'debug',
} satisfies Partial<DataSourceOptions>;

/** TypeORM's options: MySQL or MariaDB by a URL, else the SQLite file `gochat.db` in the data folder. */
export function dataSourceOptions({ databaseUrl, databasePool, dataDir }: DatabaseSettings): DataSourceOptions {
  if (databaseUrl !== null) {
    return {
      ...shared,
      type: 'mysql',
      url: databaseUrl,
      poolSize: databasePool,
      charset: 'utf8mb4',
      timezone: 'Z',
      // They go out as text: no `Date` is made of each in between.
      dateStrings: true,
      connectTimeout: QUERY_TIMEOUT_MS,
      // A transaction sends what belongs together at once. Every value is a parameter, which the driver escapes.
      multipleStatements: true,
      extra: {
        connectionLimit: databasePool,
        queueLimit: WAITING_MAX,
        enableKeepAlive: true,
        // Below the limit, or none is ever taken for idle.
        maxIdle: Math.max(1, databasePool - 1),
        idleTimeout: IDLE_MS,
        gracefulEnd: true,
      },
    };
  }
  mkdirSync(dataDir, { recursive: true });
  return {
    ...shared,
    type: 'better-sqlite3',
    database: join(dataDir, 'gochat.db'),
    prepareDatabase: (db: SqliteDatabase) => {
      db.pragma('journal_mode = WAL');
      // FULL: a commit survives a power cut, not only a crash of the process.
      db.pragma('synchronous = FULL');
      db.pragma('foreign_keys = ON');
      // What is erased is overwritten, and does not stay in free pages.
      db.pragma('secure_delete = ON');
      db.pragma(`busy_timeout = ${BUSY_MS}`);
    },
  };
}

/** Connects, brings the schema up to date, and hands out the {@link Database}. */
export async function openDatabase(settings: DatabaseSettings, telemetry = Telemetry.off): Promise<Database> {
  const connections = await connect(settings);
  const isWatched = telemetry.metrics.isOn || telemetry.tracing.isOn;
  return new Database(isWatched ? new InstrumentedPool(connections, telemetry) : connections);
}

async function connect(settings: DatabaseSettings): Promise<ConnectionPool> {
  const options = dataSourceOptions(settings);
  const source = await new DataSource(options).initialize();
  const onServer = options.type === 'mysql';
  // The pool has one connection so far, which migrates alone, and for as long as it takes.
  if (onServer) await source.query(SESSION);
  await migrate(source);
  if (!onServer) return new SqlitePool(source, await new DataSource(options).initialize());
  await prepareConnections(source, `${SESSION}; ${await sessionLimits(source)}`);
  return new MysqlPool(source);
}

/**
 * Nodes that start together on one server take turns. As MySQL commits each statement that makes a table, a node that is
 * killed leaves half a migration: each can be run again from wherever it was cut off.
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
  if (Number(row?.locked) !== 1) throw new Error('Another node has been migrating this database for a minute.');
}

/**
 * REPEATABLE READ, the default of MySQL, takes gap locks that deadlock concurrent inserts. And values are escaped with
 * backslashes, which a server must not have been told to take for plain characters.
 */
const SESSION = `SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
  SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '')`;

/**
 * What the server ends by itself where we cannot tell it, as the network swallows it or this process is frozen: a
 * transaction that goes on no more, with its locks, and a statement whose answer nobody waits for.
 */
async function sessionLimits(source: DataSource): Promise<string> {
  const [row] = await source.query<{ version: string }[]>('SELECT VERSION() AS version');
  const statement = row?.version.includes('MariaDB')
    ? `max_statement_time = ${QUERY_TIMEOUT_MS / 1_000}`
    : `max_execution_time = ${QUERY_TIMEOUT_MS}`;
  return `SET SESSION wait_timeout = ${SERVER_IDLE_SECONDS}; SET SESSION ${statement}`;
}

/** Every connection of the pool begins with that. */
async function prepareConnections(source: DataSource, statement: string): Promise<void> {
  const pool = poolOf(source);
  const prepare = (connection: PoolConnection): void => {
    // The pool forgets one that fails. Without anybody who listens, a second error of it would end the process.
    connection.on('error', () => undefined);
    connection.query(statement, (error) => {
      if (error) connection.destroy();
    });
  };
  pool.on('connection', prepare);
  // The first was made before anyone could listen.
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
