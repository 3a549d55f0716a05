import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { Account } from '../clients/account.js';
import { Rest } from '../clients/rest.js';
import type { TestSocket } from '../clients/test-socket.js';
import { DatabaseProcess } from '../harness/database-process.js';
import { buildIfStale, freePort, ServerProcess } from '../harness/server-process.js';
import { expectRefusal } from '../support/problem.js';
import { waitFor } from '../support/wait-for.js';

const UNAVAILABLE = { status: 503, code: 'unavailable' };
const SETUP_MS = 120_000;
/** Bound of log lines per outage, without the lines of requests and commands. */
const LOG_LINES_MAX = 20;

let database: DatabaseProcess;
let dataDir: string;
let server: ServerProcess;
let origin: string;
let [ann, bob]: Account[] = [];
let phone: TestSocket;
let other: TestSocket;
let group: string;

beforeAll(async () => {
  buildIfStale();
  database = await DatabaseProcess.create();
}, SETUP_MS);
afterAll(() => database.remove());
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'gochat-test-'));
  const port = await freePort();
  origin = `http://127.0.0.1:${port}`;
  server = await ServerProcess.start({
    NODE_ENV: 'test',
    PORT: String(port),
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    DATABASE_POOL: '4',
  });
  const register = (name: string): Promise<Account> => Account.register(origin, `${name}_${Date.now().toString(36)}`);
  [ann, bob] = [await register('ann'), await register('bob')];
  group = (await ann.rest.post('/conversations', { type: 'group', title: 'Two', memberIds: [bob.id] })).body.id;
  [phone, other] = [await ann.connect(), await bob.connect()];
});
afterEach(async () => {
  ann!.disconnect();
  bob!.disconnect();
  server.kill('SIGTERM');
  await server.exited;
  rmSync(dataDir, { recursive: true, force: true });
});

const send = (id: string): Promise<any> => phone.emit('message:send', { id, conversationId: group, text: id });
const isReady = async (): Promise<boolean> => (await new Rest(`${origin}/api/v1`).get('/health/ready')).status === 200;

/** Sends messages one by one and retries each until it is stored, like a client's outbox. */
class Sender {
  readonly stored = new Map<string, number>();
  refusals = 0;
  private stopped = false;
  private readonly running: Promise<void>;

  constructor() {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const id = randomUUID();
      for (let answer = await send(id); ; answer = await send(id)) {
        if (answer.ok) {
          this.stored.set(id, answer.data.seq as number);
          break;
        }
        expectRefusal(answer, UNAVAILABLE);
        this.refusals++;
      }
    }
  }
}

/** Everything acknowledged is stored once at its seq, and was published once. */
async function expectNothingLost(senders: readonly Sender[]): Promise<void> {
  const known = new Map(senders.flatMap(({ stored }) => [...stored]));
  const seqs = Array.from({ length: known.size }, (_, n) => n + 1);
  expect([...known.values()].sort((a, b) => a - b)).toEqual(seqs);
  const stored = new Map<string, number>();
  for (let seq = known.size + 1; seq > 1; seq -= 100) {
    const { body } = await ann!.rest.get(`/messages?conversationId=${group}&before=${seq}&limit=100`);
    for (const message of body.items) stored.set(message.id as string, message.seq as number);
  }
  expect(stored).toEqual(known);
  await waitFor('everything is published', () => other.all('message:created').length >= known.size);
  const told = other.all('message:created').map(({ message }) => message.seq as number);
  expect(told.sort((a, b) => a - b)).toEqual(seqs);
  expect([...phone.all('disconnect'), ...other.all('disconnect')]).toEqual([]);
}

const lines = (): string[] => server.stdout.split('\n').filter((line) => !/ (request|command):? /.test(line));

describe('database', () => {
  it.each([
    ['is killed and restarted under load', () => database.kill(), () => database.start()],
    ['freezes and resumes under load', async () => database.pause(), async () => database.resume()],
  ])('that %s costs no message and no server restart', async (_case, fail, heal) => {
    const senders = Array.from({ length: 8 }, () => new Sender());
    await waitFor('all have stored some', () => senders.every(({ stored }) => stored.size > 5));
    const quiet = lines().length;
    await fail();
    await waitFor('all were refused', () => senders.every(({ refusals }) => refusals > 0));
    expect(await isReady()).toBe(false);
    await heal();
    const before = senders.map(({ stored }) => stored.size);
    await waitFor('all store again', () => senders.every(({ stored }, n) => stored.size > before[n]! + 5));
    await Promise.all(senders.map((sender) => sender.stop()));
    expect(await isReady()).toBe(true);
    await expectNothingLost(senders);
    expect(server.stderr).toBe('');
    expect(lines().length - quiet).toBeLessThan(LOG_LINES_MAX);
  });

  it('that is read-only after a failover accepts messages again on new connections', async () => {
    const first = randomUUID();
    expect(await send(first)).toMatchObject({ ok: true });
    const connections = async (): Promise<number[]> => {
      const rows = await database.run("SELECT id FROM information_schema.processlist WHERE user = 'gochat'");
      return (rows as { id: number }[]).map(({ id }) => id);
    };
    const before = await connections();
    await database.run('SET GLOBAL read_only = 1');
    const id = randomUUID();
    expectRefusal(await send(id), UNAVAILABLE);
    expect((await ann!.rest.get(`/messages?conversationId=${group}`)).body.items).toHaveLength(1);
    await waitFor('the old connections are closed', async () => {
      expectRefusal(await send(id), UNAVAILABLE);
      const now = await connections();
      return !before.some((each) => now.includes(each));
    });
    await database.run('SET GLOBAL read_only = 0');
    expect(await send(id)).toMatchObject({ ok: true, data: { id, seq: 2 } });
  });

  it('that is frozen does not block the shutdown', async () => {
    database.pause();
    expectRefusal(await send(randomUUID()), UNAVAILABLE);
    server.kill('SIGTERM');
    expect(await server.exited).toMatchObject({ code: 0 });
    database.resume();
  });
});
