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

describe('migration that is killed', () => {
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

  /** The states of all connections to this database. */
  async function waits(): Promise<string> {
    const [rows] = await other.query<RowDataPacket[]>('SHOW PROCESSLIST');
    const { pathname } = new URL(home.settings.databaseUrl!);
    return rows
      .filter(({ db }) => db === pathname.slice(1))
      .map(({ State }) => String(State))
      .join('; ');
  }

  it('leaves no lock, and is completed by the next one', async () => {
    await source.undoLastMigration();
    // The migration can run its statements, but not record that it has run.
    await other.query('LOCK TABLES migrations READ');
    const first = startAdmin(home.settings, 'migrate');
    await waitFor('the first is running', async () => /metadata lock|table level lock/i.test(await waits()));
    const second = startAdmin(home.settings, 'migrate');
    await waitFor('the second waits for the lock', async () => /user lock/i.test(await waits()));
    first.kill('SIGKILL');
    expect((await first.exited).signal).toBe('SIGKILL');
    await other.query('UNLOCK TABLES');
    expect({ ...(await second.exited), said: second.stderr }).toMatchObject({ code: 0, said: '' });
    expect(await source.query('SELECT name FROM migrations')).toHaveLength(source.migrations.length);
  });
});
