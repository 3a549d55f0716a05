import type { Database } from '../../src/infrastructure/database/database.js';
import type { Row } from '../../src/infrastructure/database/transaction.js';

/** All rows of every table, including the shadow tables of a full-text index. */
export async function dump(database: Database): Promise<ReadonlyMap<string, readonly Row[]>> {
  const tables = await database.rows(
    database.isSqlite
      ? "SELECT name FROM sqlite_master WHERE type = 'table'"
      : 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()',
  );
  const names = tables.map(({ name }) => String(name));
  const contents = names.map(async (name) => [name, await database.rows(`SELECT * FROM ${name}`)] as const);
  return new Map(await Promise.all(contents));
}

/** All values as one text, to search for data that must not be stored. */
export async function dumpText(database: Database): Promise<string> {
  const rows = [...(await dump(database)).values()].flat();
  const values = rows.flatMap((row) => Object.values(row));
  return values.map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value))).join('\n');
}
