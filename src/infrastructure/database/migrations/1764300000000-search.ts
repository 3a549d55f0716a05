import { type MigrationInterface, type QueryRunner, Table, TableForeignKey } from 'typeorm';

/**
 * The search index. It is written in plain SQL and has no entity, because each database has its own kind of full-text
 * index. It has no foreign key: the purge of a conversation deletes its entries in batches.
 */
export class Search1764300000000 implements MigrationInterface {
  readonly name = 'Search1764300000000';

  async up(runner: QueryRunner): Promise<void> {
    const ascii = isServer(runner) ? { charset: 'ascii', collation: 'ascii_bin' } : {};
    await runner.createTable(
      new Table({
        name: 'search_heads',
        columns: [
          { ...ascii, name: 'conversation_id', type: 'varchar', length: '36', isPrimary: true },
          { name: 'rev', type: 'integer' },
        ],
        foreignKeys: [
          new TableForeignKey({
            name: 'search_heads_of_conversation',
            columnNames: ['conversation_id'],
            referencedTableName: 'conversations',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
            onUpdate: 'NO ACTION',
          }),
        ],
      }),
      true,
    );
    for (const statement of isServer(runner) ? ON_SERVERS : IN_SQLITE) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Dropping the table drops its triggers.
    if (!isServer(runner)) await runner.query('DROP TABLE search_words');
    await runner.query('DROP TABLE search_entries');
    await runner.query('DROP TABLE search_heads');
  }
}

const isServer = (runner: QueryRunner): boolean => runner.dataSource.options.type === 'mysql';

const ON_SERVERS = [
  `CREATE TABLE IF NOT EXISTS search_entries (
     id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
     conversation_id varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     seq integer NOT NULL,
     words mediumtext CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     UNIQUE KEY search_entries_message (conversation_id, seq),
     FULLTEXT KEY search_entries_words (words)
   ) ENGINE = InnoDB`,
];

/** An external-content FTS5 table, which stores no second copy of the words. The triggers are from its documentation. */
const IN_SQLITE = [
  `CREATE TABLE search_entries (
     id integer PRIMARY KEY AUTOINCREMENT NOT NULL,
     conversation_id varchar(36) NOT NULL,
     seq integer NOT NULL,
     words text NOT NULL,
     CONSTRAINT search_entries_message UNIQUE (conversation_id, seq)
   )`,
  `CREATE VIRTUAL TABLE search_words USING fts5 (
     words, content = 'search_entries', content_rowid = 'id', tokenize = 'ascii', detail = 'none', columnsize = 0
   )`,
  `CREATE TRIGGER search_entries_inserted AFTER INSERT ON search_entries BEGIN
     INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);
   END`,
  `CREATE TRIGGER search_entries_deleted AFTER DELETE ON search_entries BEGIN
     INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
   END`,
  `CREATE TRIGGER search_entries_updated AFTER UPDATE ON search_entries BEGIN
     INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', old.id, old.words);
     INSERT INTO search_words (rowid, words) VALUES (new.id, new.words);
   END`,
];
