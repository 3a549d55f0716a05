import { type MigrationInterface, type QueryRunner, Table, TableIndex } from 'typeorm';

/** Reactions, and each user's private state log. */
export class WholeLog1764000000000 implements MigrationInterface {
  readonly name = 'WholeLog1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    const isMySql = runner.dataSource.options.type === 'mysql';
    const ascii = isMySql ? { charset: 'ascii', collation: 'ascii_bin' } : {};
    const unicode = isMySql ? { charset: 'utf8mb4', collation: 'utf8mb4_bin' } : {};

    // Plain SQL: on SQLite, TypeORM would copy the whole table.
    if (!(await runner.hasColumn('messages', 'reactions'))) {
      await runner.query(
        `ALTER TABLE messages ADD COLUMN reactions text${isMySql ? ' CHARACTER SET utf8mb4 COLLATE utf8mb4_bin' : ''}`,
      );
    }
    if (!(await runner.hasColumn('members', 'state_rev'))) {
      await runner.query('ALTER TABLE members ADD COLUMN state_rev integer NOT NULL DEFAULT 0');
    }
    await runner.dropIndex('members', 'members_state', true);
    await runner.createIndex(
      'members',
      new TableIndex({ name: 'members_state', columnNames: ['user_id', 'state_rev'] }),
    );
    await runner.dropIndex('members', 'members_rev', true);
    await runner.createIndex(
      'members',
      new TableIndex({ name: 'members_rev', columnNames: ['conversation_id', 'rev'] }),
    );
    await runner.createTable(
      new Table({
        name: 'reactions',
        withoutRowid: true,
        columns: [
          { ...ascii, name: 'conversation_id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'seq', type: 'integer', isPrimary: true },
          { ...unicode, name: 'emoji', type: 'varchar', length: '32', isPrimary: true },
          { ...ascii, name: 'user_id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'rev', type: 'integer' },
        ],
      }),
      true,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('reactions');
    await runner.dropIndex('members', 'members_rev');
    await runner.dropIndex('members', 'members_state');
    await runner.query('ALTER TABLE members DROP COLUMN state_rev');
    await runner.query('ALTER TABLE messages DROP COLUMN reactions');
  }
}
