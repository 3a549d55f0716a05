import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const NAME = 'purges_done';

/** The id of a conversation that was deleted stays on the list, so that no other is ever made under it. */
export class EndedIds1764600000000 implements MigrationInterface {
  readonly name = 'EndedIds1764600000000';

  async up(runner: QueryRunner): Promise<void> {
    // As plain SQL: TypeORM's way copies the whole table on SQLite.
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
