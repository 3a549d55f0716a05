import { type MigrationInterface, type QueryRunner, Table, TableForeignKey, TableIndex } from 'typeorm';

/** Blocks, and the time at which each user was last seen. */
export class People1764200000000 implements MigrationInterface {
  readonly name = 'People1764200000000';

  async up(runner: QueryRunner): Promise<void> {
    const ascii = runner.dataSource.options.type === 'mysql' ? { charset: 'ascii', collation: 'ascii_bin' } : {};
    const uuid = { ...ascii, type: 'varchar', length: '36', isPrimary: true };
    const user = (name: string, column: string): TableForeignKey =>
      new TableForeignKey({
        name,
        columnNames: [column],
        referencedTableName: 'users',
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
        onUpdate: 'NO ACTION',
      });

    // Plain SQL: on SQLite, TypeORM would copy the whole table.
    if (!(await runner.hasColumn('users', 'last_seen_at'))) {
      await runner.query('ALTER TABLE users ADD COLUMN last_seen_at datetime(3)');
    }
    await runner.createTable(
      new Table({
        name: 'blocks',
        withoutRowid: true,
        columns: [
          { ...uuid, name: 'user_id' },
          { ...uuid, name: 'blocked_id' },
          { name: 'created_at', type: 'datetime', precision: 3 },
        ],
        indices: [new TableIndex({ name: 'blocks_of', columnNames: ['blocked_id', 'user_id'] })],
        foreignKeys: [user('blocks_by_user', 'user_id'), user('blocks_of_user', 'blocked_id')],
      }),
      true,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('blocks');
    await runner.query('ALTER TABLE users DROP COLUMN last_seen_at');
  }
}
