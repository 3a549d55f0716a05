import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';

import { ENTITIES } from '../../src/entities.js';
import { dataSourceOptions } from '../../src/infrastructure/database/data-source.js';
import { admin } from '../harness/admin.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { buildIfStale } from '../harness/server-process.js';

const BUILD_MS = 120_000;

describe('node dist/admin.js', () => {
  let home: TestDatabase;
  let source: DataSource;
  beforeAll(async () => {
    buildIfStale();
    home = await testDatabase();
    source = await new DataSource(dataSourceOptions(home.settings, ENTITIES)).initialize();
  }, BUILD_MS);
  afterAll(async () => {
    await source.destroy();
    await home.remove();
  });

  const epoch = async (): Promise<string | undefined> =>
    (await source.query<{ value: string }[]>("SELECT value FROM meta WHERE name = 'epoch'"))[0]?.value;

  it('creates the schema with migrate, and leaves an up-to-date schema unchanged', async () => {
    const done = { code: 0, stdout: 'The schema is up to date.\n', stderr: '' };
    expect(await admin(home.settings, 'migrate')).toEqual(done);
    const first = await epoch();
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(await source.query('SELECT name FROM migrations')).toHaveLength(source.migrations.length);
    expect(await admin(home.settings, 'migrate')).toEqual(done);
    expect(await epoch()).toBe(first);
  });

  it('creates and prints a new epoch with new-epoch', async () => {
    const before = await epoch();
    const { code, stdout } = await admin(home.settings, 'new-epoch');
    const after = await epoch();
    expect([code, stdout]).toEqual([0, `The epoch is ${after}.\n`]);
    expect(after).not.toBe(before);
  });

  it('exits with 1 and the reason, without the password, when the database is unreachable', async () => {
    const nowhere = { ...home.settings, databaseUrl: 'mysql://gochat:hunter2@127.0.0.1:1/gochat' };
    const { code, stdout, stderr } = await admin(nowhere, 'migrate');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^migrate failed: .*ECONNREFUSED.*\n$/);
    expect(stderr).not.toContain('hunter2');
    const nonsense = await admin({ ...home.settings, databaseUrl: 'postgres://db/chat' }, 'migrate');
    expect(nonsense.code).toBe(1);
    expect(nonsense.stderr).toContain('DATABASE_URL must look like mysql://');
  });

  it.each([[[]], [['migrate', 'now']]])('prints its usage when called with %j', async (words) => {
    const { code, stderr } = await admin(home.settings, ...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: .*\n {2}migrate .*\n {2}new-epoch .*\n$/);
  });
});
