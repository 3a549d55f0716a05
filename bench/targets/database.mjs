import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import BetterSqlite from 'better-sqlite3';
import { createConnection } from 'mysql2/promise';

import { listenerPid } from '../lib/processes.mjs';

let databaseCount = 0;

/** Creates an empty database on the server at `url`, or in a new SQLite file. */
export async function newDatabase(kind, url) {
  const dataDir = mkdtempSync(join(tmpdir(), 'gochat-bench-'));
  const removeFolder = () => rmSync(dataDir, { recursive: true, force: true });
  if (kind === 'sqlite') {
    return {
      kind,
      dataDir,
      url: '',
      pid: null,
      connect: () => sqlite(join(dataDir, 'gochat.db')),
      remove: removeFolder,
    };
  }
  const own = new URL(url);
  own.pathname = `/gochat_bench_${process.pid}_${++databaseCount}`;
  const name = own.pathname.slice(1);
  await administer(url, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  return {
    kind,
    dataDir,
    url: own.href,
    pid: listenerPid(own.port || 3306),
    connect: () => mysql(own.href),
    async remove() {
      await administer(url, `DROP DATABASE ${name}`);
      removeFolder();
    },
  };
}

async function administer(url, statement) {
  const connection = await createConnection(url);
  await connection.query(statement);
  await connection.end();
}

async function mysql(url) {
  const connection = await createConnection({ uri: url, dateStrings: true });
  return {
    rows: async (sql, values = []) => (await connection.query(sql, values))[0],
    run: (sql, values = []) => connection.query(sql, values),
    /** SQL expression of a UUID: a prefix parameter and the row number `n` as its last twelve digits. */
    numberedId: "CONCAT(?, LPAD(LOWER(HEX(n)), 12, '0'))",
    close: () => connection.end(),
  };
}

async function sqlite(file) {
  const database = new BetterSqlite(file);
  database.pragma('busy_timeout = 5000');
  return {
    rows: async (sql, values = []) => database.prepare(sql).all(...values),
    run: async (sql, values = []) => database.prepare(sql).run(...values),
    numberedId: "(? || printf('%012x', n))",
    close: async () => database.close(),
  };
}
