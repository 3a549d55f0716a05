import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const NAME = 'purges_done';

/** Keeps the id of a deleted conversation, so that it is never reused. */
export class EndedIds1764600000000 implements MigrationInterface {
  readonly name = 'EndedIds1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    // Plain SQL: on SQLite, TypeORM would copy the whole table.
    if (!(await runner.hasColumn('purges', 'done'))) {
      await runner.query('ALTER TABLE purges ADD COLUMN done integer NOT NULL DEFAULT 0');
    }
    await runner.dropIndex('purges', NAME, true);
    await runner.createIndex('purges', new TableIndex({ name: NAME, columnNames: ['done'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('purges', NAME);
    await runner.query('ALTER TABLE purges DROP COLUMN done');
  }
}
