import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { newId } from '../../src/common/ids.js';
import { ENTITIES } from '../../src/entities.js';
import { openDatabase } from '../../src/infrastructure/database/data-source.js';
import type { Database } from '../../src/infrastructure/database/database.js';
import { UserEntity } from '../../src/users/user.entity.js';
import { NOON } from '../fakes/row-factories.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';

describe('entities of the database', () => {
  let home: TestDatabase;
  let database: Database;
  let id: string;
  beforeAll(async () => {
    home = await testDatabase();
    database = await openDatabase(home.settings, ENTITIES);
  });
  beforeEach(() => {
    id = newId();
  });
  afterAll(async () => {
    await database.onApplicationShutdown();
    await home.remove();
  });

  const insert = (more: Partial<UserEntity> = {}) =>
    database.write((tx) =>
      tx.queue(
        tx
          .repository(UserEntity)
          .createQueryBuilder()
          .insert()
          .values({ id, createdAt: NOON, ...more }),
      ),
    );

  it.each(['2026-01-01T00:00:00.000Z', '2026-03-08T02:30:00.123Z', '2026-03-29T02:30:00.999Z'])(
    'hold the moment %s in UTC to the millisecond',
    async (moment) => {
      await insert({ lastSeenAt: new Date(moment) });
      const user = await database.repository(UserEntity).findOneBy({ id });
      expect(user).toMatchObject({ createdAt: NOON, lastSeenAt: new Date(moment), deletedAt: null });
      const [row] = await database.rows('SELECT last_seen_at FROM users WHERE id = ?', [id]);
      expect(row).toEqual({ last_seen_at: moment.slice(0, 23).replace('T', ' ') });
    },
  );

  it('are the same from plain SQL and from a repository', async () => {
    await insert({ username: newId().slice(0, 30), about: '🦊' });
    const [plain] = await database.entitiesOf(UserEntity, 'SELECT * FROM users WHERE id = ?', [id]);
    const {
      displayNameFolded: _,
      passwordHash: __,
      ...found
    } = (await database.repository(UserEntity).findOneBy({ id }))!;
    expect(plain).toMatchObject(found);
    expect(plain).toBeInstanceOf(UserEntity);
  });

  it('are written by the transaction, and rolled back with it', async () => {
    await insert();
    const failing = database.write(async (tx) => {
      const users = tx.repository(UserEntity);
      expect(await users.findOne({ where: { id }, ...tx.writeLock })).toMatchObject({ about: null });
      expect((await users.update({ id }, { about: 'changed' })).affected).toBe(1);
      expect(await users.findOneBy({ id })).toMatchObject({ about: 'changed' });
      expect(await database.repository(UserEntity).findOneBy({ id })).toMatchObject({ about: null });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    expect(await database.repository(UserEntity).findOneBy({ id })).toMatchObject({ about: null });
  });

  it('open no transaction of their own', async () => {
    const nested = database.write((tx) => tx.repository(UserEntity).manager.transaction(() => insert()));
    await expect(nested).rejects.toThrow('Use Database.write');
    expect(await database.repository(UserEntity).findOneBy({ id })).toBeNull();
  });
});
