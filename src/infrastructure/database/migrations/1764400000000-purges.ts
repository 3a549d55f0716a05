import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';

/** Deleted conversations, whose messages are purged in batches. */
export class Purges1764400000000 implements MigrationInterface {
  readonly name = 'Purges1764400000000';

  async up(runner: QueryRunner): Promise<void> {
    const ascii = runner.dataSource.options.type === 'mysql' ? { charset: 'ascii', collation: 'ascii_bin' } : {};
    await runner.createTable(
      new Table({
        name: 'purges',
        columns: [{ ...ascii, name: 'conversation_id', type: 'varchar', length: '36', isPrimary: true }],
      }),
      true,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('purges');
  }
}
