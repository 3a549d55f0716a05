import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const NAME = 'members_user';
const COLUMNS = ['user_id', 'left_at', 'conversation_id'];

/** Adds the archived flag to the index of a user's memberships, so that the index alone answers inbox queries. */
export class Inbox1764450000000 implements MigrationInterface {
  readonly name = 'Inbox1764450000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('members', NAME, true);
    await runner.createIndex('members', new TableIndex({ name: NAME, columnNames: [...COLUMNS, 'archived_seq'] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('members', NAME);
    await runner.createIndex('members', new TableIndex({ name: NAME, columnNames: COLUMNS }));
  }
}
