import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import Sqlite from 'better-sqlite3';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';

import type { DatabaseSettings } from '../../src/infrastructure/database/data-source.js';

/** A copy of a database. */
export interface Backup {
  /** Replaces the current content. No server may be running. */
  restore(): Promise<void>;
  remove(): Promise<void>;
}

/** Copies a database that is in use. */
export function backup(settings: DatabaseSettings): Promise<Backup> {
  return settings.databaseUrl === null ? ofFile(settings.dataDir) : ofServer(settings.databaseUrl);
}

async function ofFile(dataDir: string): Promise<Backup> {
  const [file, copy] = [join(dataDir, 'gochat.db'), join(dataDir, 'backup.db')];
  const source = new Sqlite(file);
  source.prepare('VACUUM INTO ?').run(copy);
  source.close();
  return {
    async restore() {
      for (const part of ['-wal', '-shm']) rmSync(file + part, { force: true });
      copyFileSync(copy, file);
    },
    async remove() {
      rmSync(copy);
    },
  };
}

/** Copies into a second database on the same server. */
async function ofServer(url: string): Promise<Backup> {
  const name = new URL(url).pathname.slice(1);
  const copy = `${name}_backup`;
  const connection = await createConnection(url);
  await connection.query(`CREATE DATABASE ${copy}`);
  const tables = await tablesOf(connection, name);
  for (const table of tables) await connection.query(`CREATE TABLE ${copy}.${table} LIKE ${name}.${table}`);
  await connection.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
  for (const table of tables) await connection.query(`INSERT INTO ${copy}.${table} SELECT * FROM ${name}.${table}`);
  await connection.query('COMMIT');
  return {
    async restore() {
      await connection.query('SET SESSION foreign_key_checks = 0');
      for (const table of tables) {
        await connection.query(`DELETE FROM ${name}.${table}`);
        await connection.query(`INSERT INTO ${name}.${table} SELECT * FROM ${copy}.${table}`);
      }
    },
    async remove() {
      await connection.query(`DROP DATABASE ${copy}`);
      await connection.end();
    },
  };
}

async function tablesOf(connection: Connection, database: string): Promise<string[]> {
  const [rows] = await connection.query<RowDataPacket[]>(
    'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ?',
    [database],
  );
  return rows.map(({ name }) => String(name));
}
