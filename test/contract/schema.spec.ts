import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource, MigrationExecutor } from 'typeorm';

import { ENTITIES } from '../../src/entities.js';
import { dataSourceOptions, openDatabase } from '../../src/infrastructure/database/data-source.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { upTo } from './stores.js';

describe('the schema', () => {
  let home: TestDatabase;
  let database: Database;
  let source: DataSource;
  let onServer: boolean;
  beforeAll(async () => {
    home = await testDatabase();
    onServer = home.settings.databaseUrl !== null;
    database = await openDatabase(home.settings, ENTITIES);
    source = await new DataSource(dataSourceOptions(home.settings, ENTITIES)).initialize();
  });
  afterAll(async () => {
    await source.destroy();
    await database.onApplicationShutdown();
    await home.remove();
  });

  /** The statements with which TypeORM would synchronize the tables with the entities; none without drift. */
  async function drift(settings = home.settings): Promise<string[]> {
    const options = dataSourceOptions(settings, ENTITIES);
    // MariaDB reports a missing default differently, which TypeORM handles only for the type `mariadb`.
    const isMariaDb = onServer && (await text('SELECT VERSION() AS value'))?.includes('MariaDB');
    const looking = new DataSource(isMariaDb && options.type === 'mysql' ? { ...options, type: 'mariadb' } : options);
    await looking.initialize();
    const { upQueries } = await looking.driver.createSchemaBuilder().log();
    await looking.destroy();
    return upQueries.map(({ query }) => query);
  }

  async function text(query: string): Promise<string | undefined> {
    return (await source.query<{ value: string }[]>(query))[0]?.value;
  }

  async function tables(): Promise<string[]> {
    const rows = await source.query<{ name: string }[]>(
      onServer
        ? 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
        : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    return rows.map(({ name }) => name).sort();
  }

  it('created by the migrations equals that of the entities', async () => {
    expect(await drift()).toEqual([]);
    await source.query('ALTER TABLE meta ADD COLUMN planted varchar(1) NULL');
    expect(await drift()).not.toEqual([]);
    await source.query('ALTER TABLE meta DROP COLUMN planted');
  });

  it('can be migrated down to nothing and up again, which creates a new epoch', async () => {
    const epoch = "SELECT value FROM meta WHERE name = 'epoch'";
    const [before, all] = [await text(epoch), await tables()];
    expect(before).toMatch(/^[0-9a-f-]{36}$/);
    for (const _migration of source.migrations) await source.undoLastMigration();
    expect(await tables()).toEqual(['migrations']);
    await source.runMigrations();
    expect(await tables()).toEqual(all);
    expect(await drift()).toEqual([]);
    expect(await text(epoch)).not.toBe(before);
  });

  it('clusters messages by conversation and seq, so that a page of history is one range scan', async () => {
    // MySQL and MariaDB choose an index by the table's statistics.
    const rows = ['a', 'b'].flatMap((id) =>
      upTo(500).map((seq) => `('${id}', ${seq}, '${id}${seq}', ${seq}, 'x', '-', '2026-11-20')`),
    );
    await source.query(
      `INSERT INTO messages (conversation_id, seq, id, rev, sender_id, text, created_at) VALUES ${rows.join(', ')}`,
    );
    const page = "SELECT * FROM messages WHERE conversation_id = 'a' AND seq BETWEEN 101 AND 150 ORDER BY seq";
    if (onServer) {
      await source.query('ANALYZE TABLE messages');
      const plan = JSON.stringify(await source.query(`EXPLAIN FORMAT=TRADITIONAL ${page}`));
      expect(plan).toContain('"key":"PRIMARY"');
      expect(plan).toContain('"type":"range"');
      expect(plan).not.toMatch(/filesort|temporary/i);
      return;
    }
    const plan = await source.query<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${page}`);
    expect(plan.map(({ detail }) => detail)).toEqual([
      'SEARCH messages USING PRIMARY KEY (conversation_id=? AND seq>? AND seq<?)',
    ]);
    expect(await text("SELECT sql AS value FROM sqlite_master WHERE name = 'messages'")).toMatch(/WITHOUT ROWID$/);
  });

  it('collates ids as ASCII and text as Unicode, both by code point', async () => {
    const columns = await source.query<{ name: string; type: string; collation: string | null }[]>(
      onServer
        ? `SELECT CONCAT(table_name, '.', column_name) AS name, column_type AS type, collation_name AS collation
           FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name <> 'migrations'`
        : // SQLite compares by code point unless a column declares a collation.
          `SELECT t.name || '.' || c.name AS name, LOWER(c.type) AS type,
                  CASE WHEN t.sql LIKE '%COLLATE%' THEN 'declared' ELSE '_bin' END AS collation
           FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'`,
    );
    const collations = (where: (column: { name: string; type: string }) => boolean): (string | null)[] => [
      ...new Set(columns.filter(where).map(({ collation }) => collation)),
    ];
    expect(columns.filter(({ type }) => type === 'varchar(36)').map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'messages.id',
        'messages.conversation_id',
        'members.user_id',
        'sessions.user_id',
        'users.id',
      ]),
    );
    expect(collations(({ type }) => type === 'varchar(36)')).toEqual([onServer ? 'ascii_bin' : '_bin']);
    expect(collations(({ type }) => type === 'text')).toEqual([onServer ? 'utf8mb4_bin' : '_bin']);
    // These are compared with user input: an ASCII column would reject the first accent.
    const typed = ['users.username', 'users.email', 'users.display_name_folded', 'conversations.title_folded'];
    expect(collations(({ name }) => typed.includes(name))).toEqual([onServer ? 'utf8mb4_bin' : '_bin']);
    for (const { name, collation } of columns) expect(`${name}: ${collation ?? '_bin'}`).toMatch(/_bin$/);
  });

  it('is created once when several nodes start on an empty database at the same time', async () => {
    const empty = await testDatabase();
    const nodes: Database[] = [];
    // SQLite serves one process: there the starts are sequential.
    if (onServer) nodes.push(...(await Promise.all(upTo(4).map(() => openDatabase(empty.settings, ENTITIES)))));
    else for (let start = 0; start < 4; start++) nodes.push(await openDatabase(empty.settings, ENTITIES));
    const epochs = await Promise.all(nodes.map((node) => node.rows("SELECT value FROM meta WHERE name = 'epoch'")));
    expect(new Set(epochs.map(([row]) => row?.['value'])).size).toBe(1);
    expect(await nodes[0]?.rows('SELECT name FROM migrations')).toHaveLength(source.migrations.length);
    for (const node of nodes) await node.onApplicationShutdown();
    await empty.remove();
  });

  it('of a newer version is left unchanged by a node that was rolled back to this one', async () => {
    await source.query("INSERT INTO migrations (timestamp, name) VALUES (9000000000000, 'ToCome9000000000000')");
    await source.query('CREATE TABLE to_come (id integer)');
    const before = await tables();
    const node = await openDatabase(home.settings, ENTITIES);
    expect(await node.epoch()).toMatch(/^[0-9a-f-]{36}$/);
    await node.onApplicationShutdown();
    expect(await tables()).toEqual(before);
    await source.query('DROP TABLE to_come');
    await source.query('DELETE FROM migrations WHERE timestamp = 9000000000000');
  });

  it('is completed by the next start after a crash following any statement of a migration', async () => {
    const empty = await testDatabase();
    const half = await new DataSource(dataSourceOptions(empty.settings, ENTITIES)).initialize();
    const done = new Set<string>();
    let crashes = 0;
    // A server commits each statement; SQLite rolls back an unfinished migration as a whole.
    while (await crashesWhileMigrating(half, done)) expect(++crashes).toBeLessThan(200);
    expect(crashes).toBeGreaterThan(2 * source.migrations.length);
    expect(await drift(empty.settings)).toEqual([]);
    expect(await half.query('SELECT name FROM migrations')).toHaveLength(source.migrations.length);
    expect(await half.query("SELECT value FROM meta WHERE name = 'epoch'")).toHaveLength(1);
    await half.destroy();
    await empty.remove();
  });
});

/** Migrates, and crashes after the first change that is not in `done`. @returns whether there was one */
async function crashesWhileMigrating(target: DataSource, done: Set<string>): Promise<boolean> {
  const runner = target.createQueryRunner();
  const query = runner.query.bind(runner);
  const node = { hasCrashed: false };
  Object.assign(runner, {
    async query(sql: string, parameters?: unknown[], structured?: true) {
      const result = structured ? await query(sql, parameters, structured) : await query(sql, parameters);
      const change = `${sql.replace(/[0-9a-f-]{36}/, 'id')} ${JSON.stringify(parameters)}`;
      if (node.hasCrashed || !/^\s*(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE)\b/.test(sql) || done.has(change))
        return result;
      done.add(change);
      node.hasCrashed = true;
      throw new Error('crashed');
    },
  });
  const migrations = new MigrationExecutor(target, runner);
  migrations.transaction = 'each';
  try {
    await migrations.executePendingMigrations();
  } catch (error) {
    if (!node.hasCrashed) throw error;
  } finally {
    await runner.release();
  }
  return node.hasCrashed;
}
