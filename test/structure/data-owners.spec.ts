import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';

import { EXPORT_SECTIONS } from '../../src/account/account.dto.js';
import { newId } from '../../src/common/ids.js';
import { ENTITIES } from '../../src/entities.js';
import { DataOwners } from '../../src/infrastructure/data-owners/data-owners.js';
import { dataSourceOptions } from '../../src/infrastructure/database/data-source.js';
import { testFile } from '../harness/databases.js';
import { TestServer } from '../harness/server.js';

describe('data owners', () => {
  const database = testFile();
  let server: TestServer;
  let source: DataSource;
  let owners: DataOwners;
  beforeAll(async () => {
    server = await TestServer.on(database);
    source = await new DataSource(dataSourceOptions(database.settings, ENTITIES)).initialize();
    owners = server.running.app.get(DataOwners);
  });
  afterAll(async () => {
    await source.destroy();
    await server.stop();
    await database.remove();
  });

  it('own each table of the migrated database exactly once', async () => {
    // A full-text index stores its rows in `shadow` tables, which belong to its virtual table.
    const tables = await source.query<{ name: string }[]>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite_%'",
    );
    expect(owners.tables.sort()).toEqual(tables.map(({ name }) => name).sort());
  });

  it('own the table of every entity', () => {
    expect(owners.tables).toEqual(expect.arrayContaining(source.entityMetadatas.map(({ tableName }) => tableName)));
  });

  it('export exactly the sections of the account export', () => {
    expect([...owners.exportUser(newId()).keys()].sort()).toEqual([...EXPORT_SECTIONS].sort());
  });
});
