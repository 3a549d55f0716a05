import { type MigrationInterface, type QueryRunner, Table, TableForeignKey, TableIndex } from 'typeorm';

/** The verified flag of e-mail addresses, and the tokens of links sent by e-mail. */
export class Mail1764500000000 implements MigrationInterface {
  readonly name = 'Mail1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    const ascii = runner.dataSource.options.type === 'mysql' ? { charset: 'ascii', collation: 'ascii_bin' } : {};
    const word = (name: string, length: number) => ({ ...ascii, name, type: 'varchar', length: String(length) });
    const moment = (name: string) => ({ name, type: 'datetime', precision: 3 });

    // Plain SQL: on SQLite, TypeORM would copy the whole table.
    if (!(await runner.hasColumn('users', 'email_verified_at'))) {
      await runner.query('ALTER TABLE users ADD COLUMN email_verified_at datetime(3)');
    }
    await runner.createTable(
      new Table({
        name: 'mail_tokens',
        columns: [
          { ...word('hash', 43), isPrimary: true },
          word('user_id', 36),
          word('kind', 16),
          word('binding', 43),
          moment('created_at'),
          moment('expires_at'),
        ],
        indices: [
          new TableIndex({ name: 'mail_tokens_user', columnNames: ['user_id', 'kind', 'created_at'] }),
          new TableIndex({ name: 'mail_tokens_expiry', columnNames: ['expires_at'] }),
        ],
        foreignKeys: [
          new TableForeignKey({
            name: 'mail_tokens_of_user',
            columnNames: ['user_id'],
            referencedTableName: 'users',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
            onUpdate: 'NO ACTION',
          }),
        ],
      }),
      true,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('mail_tokens');
    await runner.query('ALTER TABLE users DROP COLUMN email_verified_at');
  }
}
