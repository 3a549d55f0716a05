import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { ENTITIES } from '../../src/entities.js';
import { openDatabase } from '../../src/infrastructure/database/data-source.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import { isDuplicate } from '../../src/infrastructure/database/driver-errors.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { upTo } from './stores.js';

const VALUE = 'SELECT value FROM meta WHERE name = ?';

describe('Database', () => {
  let home: TestDatabase;
  let database: Database;
  let onServer: boolean;
  beforeAll(async () => {
    home = await testDatabase();
    onServer = home.settings.databaseUrl !== null;
    database = await openDatabase(home.settings, ENTITIES);
  });
  beforeEach(async () => {
    await database.write(async (tx) => {
      await tx.run("DELETE FROM meta WHERE name <> 'epoch'");
      tx.insert('meta', [
        { name: 'one', value: '0' },
        { name: 'two', value: '0' },
      ]);
    });
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await home.remove();
  });

  const valueOf = async (name: string) => (await database.rows(VALUE, [name]))[0]?.['value'];

  it('rolls back a write that throws', async () => {
    const failing = database.write(async (tx) => {
      await tx.run("UPDATE meta SET value = '1' WHERE name = 'one'");
      throw new Error('half way');
    });
    await expect(failing).rejects.toThrow('half way');
    expect(await valueOf('one')).toBe('0');
  });

  it('hides an open write from reads until it is committed', async () => {
    await database.write(async (tx) => {
      await tx.run("UPDATE meta SET value = '1' WHERE name = 'one'");
      expect((await tx.rows(VALUE, ['one']))[0]?.['value']).toBe('1');
      expect(await valueOf('one')).toBe('0');
    });
    expect(await valueOf('one')).toBe('1');
  });

  it('serializes writes that lock the same row', async () => {
    const increments = upTo(40).map(() =>
      database.write(async (tx) => {
        const [row] = await tx.rows(`${VALUE}${tx.forUpdate}`, ['one']);
        await tx.run('UPDATE meta SET value = ? WHERE name = ?', [String(Number(row?.['value']) + 1), 'one']);
      }),
    );
    await Promise.all(increments);
    expect(await valueOf('one')).toBe('40');
  });

  it('retries a write that is the victim of a deadlock', async () => {
    let attempts = 0;
    let [firstLocks, bothLocked] = [0, (): void => undefined];
    const both = new Promise<void>((resolve) => {
      bothLocked = resolve;
    });
    const cross = (first: string, second: string) =>
      database.write(async (tx) => {
        attempts++;
        await tx.run('UPDATE meta SET value = ? WHERE name = ?', [first, first]);
        if (++firstLocks === 2) bothLocked();
        // SQLite runs one write at a time: the second begins only after the first has ended.
        if (onServer) await both;
        await tx.run('UPDATE meta SET value = ? WHERE name = ?', [first, second]);
      });
    await Promise.all([cross('one', 'two'), cross('two', 'one')]);
    expect(attempts).toBe(onServer ? 3 : 2);
    expect(await valueOf('one')).toBe(await valueOf('two'));
  });

  it('distinguishes a duplicate key from any other error', async () => {
    const faultOf = (work: Promise<unknown>) =>
      work.then(
        () => null,
        (error: unknown) => error,
      );
    const insert = (row: Record<string, string | null>) => database.write((tx) => tx.insert('meta', [row]));
    expect(isDuplicate(await faultOf(insert({ name: 'one', value: '1' })))).toBe(true);
    expect(isDuplicate(await faultOf(insert({ name: 'three', value: null })))).toBe(false);
    expect(isDuplicate(new Error('something else'))).toBe(false);
    await insert({ name: 'three', value: '3' });
  });

  it('reads committed rows on every connection, also inside a write', async () => {
    const [variable] = await database.rows(onServer ? 'SELECT VERSION() AS version' : "SELECT 'SQLite' AS version");
    const isMariaDb = String(variable?.['version']).includes('MariaDB');
    const level = onServer
      ? `SELECT @@${isMariaDb ? 'tx' : 'transaction'}_isolation AS level`
      : "SELECT 'READ-COMMITTED' AS level";
    const levels = await Promise.all(upTo(30).map(() => database.write((tx) => tx.rows(level))));
    expect(new Set(levels.map(([row]) => row?.['level']))).toEqual(new Set(['READ-COMMITTED']));

    // At READ COMMITTED the next statement of an open transaction sees another transaction's commit.
    const changed = database.write(async (tx) => {
      await tx.rows(VALUE, ['one']);
      if (onServer) await database.write((other) => other.run("UPDATE meta SET value = '7' WHERE name = 'one'"));
      else await tx.run("UPDATE meta SET value = '7' WHERE name = 'one'");
      return (await tx.rows(VALUE, ['one']))[0]?.['value'];
    });
    expect(await changed).toBe('7');
  });

  it('stores timestamps in UTC with milliseconds', async () => {
    const user = {
      id: 'moment',
      display_name: '',
      display_name_folded: '',
      created_at: new Date('2026-03-29T01:30:00.987Z'),
    };
    await database.write((tx) => tx.insert('users', [user]));
    const [row] = await database.rows("SELECT created_at FROM users WHERE id = 'moment' AND created_at = ?", [
      user.created_at,
    ]);
    expect(row?.['created_at']).toBe('2026-03-29 01:30:00.987');
  });
});
