import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import SqliteFile, { type Database as SqliteDatabase } from 'better-sqlite3';

import { Database } from '../../src/infrastructure/database/database.js';
import type { Account } from '../clients/account.js';
import type { TestSocket } from '../clients/test-socket.js';
import { type TestDatabase, testFile } from '../harness/databases.js';
import { TestServer } from '../harness/server.js';
import { expectProblem, expectRefusal } from '../support/problem.js';

const UNAVAILABLE = { status: 503, code: 'unavailable' };
const PAGE = 4_000;

let home: TestDatabase;
let server: TestServer;
let [ann, bob]: Account[] = [];
let phone: TestSocket;
let other: TestSocket;
let group: string;
/** The server's own writing connection. */
let file: SqliteDatabase;

beforeAll(async () => {
  home = testFile();
  server = await TestServer.on(home);
  [ann, bob] = [await server.account('ann'), await server.account('bob')];
  group = (await ann.rest.post('/conversations', { type: 'group', title: 'Two', memberIds: [bob.id] })).body.id;
  [phone, other] = [await ann.connect(), await bob.connect()];
  const connections = Reflect.get(server.running.app.get(Database), 'connections') as object;
  file = Reflect.get(connections, 'writer').driver.databaseConnection as SqliteDatabase;
});
afterAll(async () => {
  await server.stop();
  await home.remove();
});

const send = (id: string = randomUUID()): Promise<any> =>
  phone.emit('message:send', { id, conversationId: group, text: id.padEnd(PAGE, '.') });
const history = async (): Promise<any[]> => {
  const { status, body } = await ann!.rest.get(`/messages?conversationId=${group}&limit=100`);
  expect(status).toBe(200);
  return body.items;
};

/** Fills the remaining pages, after limiting the file to its current size. */
async function fill(): Promise<any> {
  file.pragma(`max_page_count = ${Number(file.pragma('page_count', { simple: true }))}`);
  for (let sent = 0; sent < 50; sent++) {
    const answer = await send();
    if (!answer.ok) return answer;
  }
  throw new Error('the disk did not fill up');
}
const freeSpace = (): unknown => file.pragma('max_page_count = 4294967294');

describe('SQLite on a full disk', () => {
  it('answers writes with unavailable, stores nothing partially, keeps serving reads, and recovers when there is space', async () => {
    expect(await send()).toMatchObject({ ok: true, data: { seq: 1 } });
    expectRefusal(await fill(), UNAVAILABLE);
    const before = await history();

    const id = randomUUID();
    expectRefusal(await send(id), UNAVAILABLE);
    const [conversationId, text] = [group, 'x'.repeat(PAGE)];
    expectProblem(await ann!.rest.post('/messages', { conversationId, text }), UNAVAILABLE);
    const refused = await ann!.rest.post('/conversations', { type: 'group', title: 'x', topic: text.slice(0, 200) });
    if (refused.status !== 201) expectProblem(refused, UNAVAILABLE);
    const burst = await Promise.all(Array.from({ length: 30 }, () => send()));
    for (const answer of burst) expectRefusal(answer, UNAVAILABLE);
    expect(await history()).toEqual(before);
    expect((await ann!.rest.get(`/conversations/${group}`)).body.lastSeq).toBe(before.length);
    expect((await server.rest.get('/health')).status).toBe(200);

    freeSpace();
    expect(await send(id)).toMatchObject({ ok: true, data: { id, seq: before.length + 1 } });
    expect((await history()).map(({ seq }) => seq)).toEqual(Array.from({ length: before.length + 1 }, (_, n) => n + 1));
    await other.next('message:created', ({ message }) => message.id === id);
    expect(other.all('message:created').map(({ message }) => message.seq)).toEqual(
      Array.from({ length: before.length + 1 }, (_, n) => n + 1),
    );
    expect([...phone.all('disconnect'), ...other.all('disconnect')]).toEqual([]);
    expect(file.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(file.pragma('foreign_key_check')).toEqual([]);
  });
});

describe('SQLite file', () => {
  it('answers writes with unavailable while another process holds the write lock', async () => {
    const holder = new SqliteFile(join(home.settings.dataDir, 'gochat.db'));
    holder.exec('BEGIN IMMEDIATE');
    file.pragma('busy_timeout = 10');
    const id = randomUUID();
    expectRefusal(await send(id), UNAVAILABLE);
    expect((await history()).length).toBeGreaterThan(0);
    holder.exec('ROLLBACK');
    holder.close();
    expect(await send(id)).toMatchObject({ ok: true, data: { id } });
  });

  it('answers writes with unavailable while it is read-only, and serves reads', async () => {
    file.pragma('query_only = 1');
    const id = randomUUID();
    expectRefusal(await send(id), UNAVAILABLE);
    expect((await history()).length).toBeGreaterThan(0);
    file.pragma('query_only = 0');
    expect(await send(id)).toMatchObject({ ok: true, data: { id } });
  });

  it('accepts the next transaction after a failed rollback', async () => {
    file.exec('BEGIN');
    expect(await send()).toMatchObject({ ok: true });
    expect(file.inTransaction).toBe(false);
  });
});
