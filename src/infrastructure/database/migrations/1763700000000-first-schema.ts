import {
  type MigrationInterface,
  type QueryRunner,
  Table,
  type TableColumnOptions,
  TableForeignKey,
  TableIndex,
} from 'typeorm';
import { v7 as uuidv7 } from 'uuid';

/** Users, sessions, conversations, members and messages. */
export class FirstSchema1763700000000 implements MigrationInterface {
  readonly name = 'FirstSchema1763700000000';

  async up(runner: QueryRunner): Promise<void> {
    const { ascii, unicode } = columnKinds(runner);
    const uuid = (name: string, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
      ...ascii,
      name,
      type: 'varchar',
      length: '36',
      ...more,
    });
    const word = (name: string, length: number, more: Partial<TableColumnOptions> = {}): TableColumnOptions => ({
      ...ascii,
      name,
      type: 'varchar',
      length: String(length),
      ...more,
    });
    const line = (name: string, length: number): TableColumnOptions => ({
      ...unicode,
      name,
      type: 'varchar',
      length: String(length),
      isNullable: true,
    });
    const text = (name: string, isNullable = false): TableColumnOptions => ({
      ...unicode,
      name,
      type: 'text',
      isNullable,
    });
    const moment = (name: string, isNullable = false): TableColumnOptions => ({
      name,
      type: 'datetime',
      precision: 3,
      isNullable,
    });
    const integer = (name: string, isNullable = false): TableColumnOptions => ({ name, type: 'integer', isNullable });
    const counter = (name: string): TableColumnOptions => ({ name, type: 'integer', default: 0 });

    await runner.createTable(
      new Table({ name: 'meta', columns: [word('name', 32, { isPrimary: true }), word('value', 255)] }),
      true,
    );
    const epochs = (await runner.query("SELECT value FROM meta WHERE name = 'epoch'")) as unknown[];
    if (epochs.length === 0) await runner.query(`INSERT INTO meta (name, value) VALUES ('epoch', '${uuidv7()}')`);

    await runner.createTable(
      new Table({
        name: 'users',
        columns: [
          uuid('id', { isPrimary: true }),
          // Compared with user input: an ASCII column would reject non-ASCII input with an error.
          line('username', 32),
          line('email', 254),
          line('display_name', 64),
          line('display_name_folded', 128),
          line('avatar_url', 2_048),
          line('about', 500),
          word('password_hash', 255, { isNullable: true }),
          counter('state_rev'),
          moment('created_at'),
          moment('deleted_at', true),
        ],
        indices: [
          new TableIndex({ name: 'users_username', columnNames: ['username'], isUnique: true }),
          new TableIndex({ name: 'users_email', columnNames: ['email'], isUnique: true }),
          new TableIndex({ name: 'users_display_name_folded', columnNames: ['display_name_folded'] }),
        ],
      }),
      true,
    );

    await runner.createTable(
      new Table({
        name: 'sessions',
        columns: [
          uuid('id', { isPrimary: true }),
          uuid('user_id'),
          line('device_id', 128),
          line('device_name', 100),
          word('platform', 16),
          { ...ascii, name: 'salt', type: 'varchar', length: '43' },
          integer('generation'),
          integer('confirmed'),
          text('rotations'),
          moment('created_at'),
          moment('last_seen_at'),
          moment('expires_at'),
          moment('ended_at', true),
          word('ended_reason', 32, { isNullable: true }),
        ],
        indices: [new TableIndex({ name: 'sessions_user', columnNames: ['user_id', 'ended_at', 'id'] })],
        foreignKeys: [references('sessions_of_user', 'user_id', 'users')],
      }),
      true,
    );

    await runner.createTable(
      new Table({
        name: 'conversations',
        columns: [
          uuid('id', { isPrimary: true }),
          word('type', 8),
          line('title', 100),
          line('title_folded', 128),
          line('topic', 500),
          { ...ascii, name: 'direct_key', type: 'varchar', length: '73', isNullable: true },
          uuid('created_by', { isNullable: true }),
          moment('created_at'),
          moment('updated_at'),
          moment('active_at'),
          counter('last_seq'),
          counter('rev'),
          counter('member_count'),
        ],
        indices: [
          new TableIndex({ name: 'conversations_direct_key', columnNames: ['direct_key'], isUnique: true }),
          new TableIndex({ name: 'conversations_title', columnNames: ['type', 'title_folded', 'id'] }),
        ],
      }),
      true,
    );

    await runner.createTable(
      new Table({
        name: 'members',
        columns: [
          uuid('conversation_id', { isPrimary: true }),
          uuid('user_id', { isPrimary: true }),
          word('role', 8),
          moment('joined_at'),
          moment('left_at', true),
          integer('rev'),
          counter('read_seq'),
          counter('delivered_seq'),
          moment('muted_until', true),
          counter('pinned'),
          integer('archived_seq', true),
        ],
        indices: [
          new TableIndex({ name: 'members_user', columnNames: ['user_id', 'left_at', 'conversation_id'] }),
          new TableIndex({ name: 'members_standing', columnNames: ['conversation_id', 'joined_at', 'user_id'] }),
        ],
        foreignKeys: [
          references('members_of_conversation', 'conversation_id', 'conversations'),
          references('members_are_users', 'user_id', 'users'),
        ],
      }),
      true,
    );

    // No foreign keys: each would add a look-up and a lock to every send.
    await runner.createTable(
      new Table({
        name: 'messages',
        withoutRowid: true,
        columns: [
          uuid('conversation_id', { isPrimary: true }),
          { ...integer('seq'), isPrimary: true },
          uuid('id'),
          integer('rev'),
          uuid('sender_id'),
          text('text'),
          integer('reply_to_seq', true),
          text('mentions', true),
          text('metadata', true),
          moment('created_at'),
          moment('edited_at', true),
          moment('deleted_at', true),
        ],
        indices: [
          new TableIndex({ name: 'messages_id', columnNames: ['id'], isUnique: true }),
          new TableIndex({ name: 'messages_rev', columnNames: ['conversation_id', 'rev'] }),
        ],
      }),
      true,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['messages', 'members', 'conversations', 'sessions', 'users', 'meta']) {
      await runner.dropTable(table);
    }
  }
}

/** Both collations compare by code point, as SQLite does. */
function columnKinds(runner: QueryRunner): Record<'ascii' | 'unicode', Partial<TableColumnOptions>> {
  if (runner.dataSource.options.type !== 'mysql') return { ascii: {}, unicode: {} };
  return {
    ascii: { charset: 'ascii', collation: 'ascii_bin' },
    unicode: { charset: 'utf8mb4', collation: 'utf8mb4_bin' },
  };
}

function references(name: string, column: string, table: string): TableForeignKey {
  return new TableForeignKey({
    name,
    columnNames: [column],
    referencedTableName: table,
    referencedColumnNames: ['id'],
    onDelete: 'CASCADE',
    // The default. MariaDB reports another name for it unless it is declared.
    onUpdate: 'NO ACTION',
  });
}
