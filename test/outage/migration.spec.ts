import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { DataSource } from 'typeorm';

import { ENTITIES } from '../../src/entities.js';
import { dataSourceOptions, openDatabase } from '../../src/infrastructure/database/data-source.js';
import { startAdmin } from '../harness/admin.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { buildIfStale } from '../harness/server-process.js';
import { waitFor } from '../support/wait-for.js';

const BUILD_MS = 120_000;

describe('a node that is killed in the middle of a migration', () => {
  let home: TestDatabase;
  let source: DataSource;
  let other: Connection;
  beforeAll(async () => {
    buildIfStale();
    home = await testDatabase();
    const node = await openDatabase(home.settings, ENTITIES);
    await node.onApplicationShutdown();
    source = await new DataSource(dataSourceOptions(home.settings, ENTITIES)).initialize();
    other = await createConnection(home.settings.databaseUrl!);
  }, BUILD_MS);
  afterAll(async () => {
    await other.end();
    await source.destroy();
    await home.remove();
  });

  /** What the connections of this database wait for. */
  async function waits(): Promise<string> {
    const [rows] = await other.query<RowDataPacket[]>('SHOW PROCESSLIST');
    const { pathname } = new URL(home.settings.databaseUrl!);
    return rows
      .filter(({ db }) => db === pathname.slice(1))
      .map(({ State }) => String(State))
      .join('; ');
  }

  it('keeps no other from migrating, which takes up what is half done', async () => {
    await source.undoLastMigration();
    // Its statements run; that it has run cannot be noted.
    await other.query('LOCK TABLES migrations READ');
    const first = startAdmin(home.settings, 'migrate');
    await waitFor('the first is in the middle', async () => /metadata lock|table level lock/i.test(await waits()));
    const second = startAdmin(home.settings, 'migrate');
    await waitFor('the second waits for its turn', async () => /user lock/i.test(await waits()));
    first.kill('SIGKILL');
    expect((await first.exited).signal).toBe('SIGKILL');
    await other.query('UNLOCK TABLES');
    expect({ ...(await second.exited), said: second.stderr }).toMatchObject({ code: 0, said: '' });
    expect(await source.query('SELECT name FROM migrations')).toHaveLength(source.migrations.length);
  });
});
