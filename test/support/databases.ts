import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createConnection } from 'mysql2/promise';

import type { DatabaseSettings } from '../../src/database/data-source.js';

/** A database of its own for a test file, and how to get rid of it. */
export interface TestDatabase {
  readonly settings: DatabaseSettings;
  remove(): Promise<void>;
}

/**
 * An empty database: on the server that `TEST_DATABASE_URL` names, else in a new SQLite file. The data folder is new in
 * both cases.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gochat-test-'));
  const removeDir = (): void => {
    rmSync(dataDir, { recursive: true, force: true });
  };
  const server = process.env['TEST_DATABASE_URL'];
  if (!server) {
    return {
      settings: { databaseUrl: null, databasePool: 10, dataDir },
      async remove() {
        removeDir();
      },
    };
  }
  const url = new URL(server);
  url.pathname = `/gochat_test_${process.pid}_${Date.now()}_${Math.floor(Math.random() * 1e6)}`;
  const name = url.pathname.slice(1);
  await administer(server, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return {
    settings: { databaseUrl: url.href, databasePool: 10, dataDir },
    async remove() {
      await administer(server, `DROP DATABASE ${name}`);
      removeDir();
    },
  };
}

async function administer(server: string, statement: string): Promise<void> {
  const connection = await createConnection(server);
  await connection.query(statement);
  await connection.end();
}
