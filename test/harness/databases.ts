import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createConnection } from 'mysql2/promise';

import type { DatabaseSettings } from '../../src/infrastructure/database/data-source.js';

/** A database of one test file. */
export interface TestDatabase {
  readonly settings: DatabaseSettings;
  remove(): Promise<void>;
}

/**
 * An empty database: on the server of `TEST_DATABASE_URL`, otherwise a new SQLite file. The data folder is new in both
 * cases.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  const file = testFile();
  if (!server) return file;
  const url = new URL(server);
  url.pathname = `/gochat_test_${process.pid}_${Date.now()}_${Math.floor(Math.random() * 1e6)}`;
  const name = url.pathname.slice(1);
  await administer(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return {
    settings: { ...file.settings, databaseUrl: url.href },
    async remove() {
      await administer(server, `DROP DATABASE ${name}`);
      await file.remove();
    },
  };
}

/** An empty SQLite file in a new data folder, independent of `TEST_DATABASE_URL`. */
export function testFile(): TestDatabase {
  const dataDir = mkdtempSync(join(tmpdir(), 'gochat-test-'));
  return {
    settings: { databaseUrl: null, databasePool: 10, dataDir },
    async remove() {
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function administer(server: string, statement: string): Promise<void> {
  const connection = await createConnection(server);
  await connection.query(statement);
  await connection.end();
}
