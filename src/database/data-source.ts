import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { Connection, Pool } from 'mysql2';
import { DataSource, type DataSourceOptions, MigrationExecutor, type QueryRunner } from 'typeorm';

import { SessionEntity } from '../auth/session.entity.js';
import { ConversationEntity } from '../conversations/conversation.entity.js';
import { PurgeEntity } from '../conversations/purge.entity.js';
import { MemberEntity } from '../conversations/member.entity.js';
import { MessageEntity } from '../messages/message.entity.js';
import { ReactionEntity } from '../messages/reaction.entity.js';
import { SearchHeadEntity } from '../messages/search-head.entity.js';
import { BlockEntity } from '../users/block.entity.js';
import { UserEntity } from '../users/user.entity.js';
import { Database, type Query } from './database.js';
import { MetaEntity } from './meta.entity.js';
import { FirstSchema1763700000000 } from './migrations/1763700000000-first-schema.js';
import { WholeLog1764000000000 } from './migrations/1764000000000-whole-log.js';
import { People1764200000000 } from './migrations/1764200000000-people.js';
import { Search1764300000000 } from './migrations/1764300000000-search.js';
import { Purges1764400000000 } from './migrations/1764400000000-purges.js';
import { Inbox1764450000000 } from './migrations/1764450000000-inbox.js';
import type { Row } from './transaction.js';

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
    SearchHeadEntity,
    PurgeEntity,
  ],
  migrations: [
    FirstSchema1763700000000,
    WholeLog1764000000000,
    People1764200000000,
    Search1764300000000,
    Purges1764400000000,
    Inbox1764450000000,
  ],
  migrationsTableName: 'migrations',
  synchronize: false,
  logging: false,
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
      connectTimeout: 10_000,
      // A transaction sends what belongs together at once. Every value is a parameter, which the driver escapes.
      multipleStatements: true,
      extra: { connectionLimit: databasePool, queueLimit: 10_000, enableKeepAlive: true },
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
      db.pragma('busy_timeout = 5000');
    },
  };
}

/** Connects, brings the schema up to date, and hands out the {@link Database}. */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const options = dataSourceOptions(settings);
  const writer = await new DataSource(options).initialize();
  await prepareConnections(writer);
  await migrate(writer);
  if (options.type === 'mysql') return new Database(writer, writer, poolQuery(writer));
  return new Database(writer, await new DataSource(options).initialize());
}

/**
 * The driver's own connections, without the query runner that TypeORM puts around each. Not `pool.query`: rows that come
 * by it survive several collections of garbage, which costs more than is won.
 */
const poolQuery =
  (source: DataSource): Query =>
  (sql, parameters) =>
    new Promise((resolve, reject) => {
      poolOf(source).getConnection((failure, connection) => {
        if (failure) {
          reject(failure);
          return;
        }
        connection.query(sql, parameters, (error, rows) => {
          connection.release();
          if (error) reject(error);
          else resolve(rows as Row[]);
        });
      });
    });

const poolOf = ({ driver }: DataSource): Pool => (driver as unknown as { pool: Pool }).pool;

/** Nodes that start together on one server take turns, as MySQL commits each statement that makes a table. */
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
async function prepareConnections(source: DataSource): Promise<void> {
  if (source.options.type !== 'mysql') return;
  const statement = `SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
    SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', '')`;
  poolOf(source).on('connection', (connection: Connection) => {
    connection.query(statement);
  });
  // The pool's first connection was made before anyone could listen.
  await source.query(statement);
}
