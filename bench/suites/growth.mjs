import { withGenerator } from '../lib/generator.mjs';
import { cpuPer } from '../lib/metrics.mjs';
import { waitUntilIdle } from '../lib/processes.mjs';
import { apiRequest, seedReader, syncBody } from '../targets/reader.mjs';
import { seedMessages } from '../targets/seed.mjs';
import { withGoChat } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT } from '../targets/endpoints.mjs';

const ROOMS = 30;
const SENDS = 1_000;
const RANDOM_PAGES = 500;

/** The cost of the same operations on a growing database: first more messages, then more conversations of one user. */
export async function growth({ quick, times, databaseUrl, log }) {
  const span = quick ? { warmMs: 100, measureMs: 500 } : { warmMs: 1_000, measureMs: 3_000 };
  const sizes = quick ? [10_000, 100_000] : [10_000, 1_000_000, 5_000_000];
  return withGoChat({ kind: 'mariadb', databaseUrl }, (server) =>
    withGenerator(async (generator) => {
      const run = { server, generator, span, times, log };
      return [await byMessages(run, sizes), await byConversations(run, [10, 100, 1_000])];
    }),
  );
}

const columns = [
  ['p50', 'p50 ms', 2],
  ['p99', 'p99 ms', 2],
  ['server', 'node CPU µs', 0],
  ['database', 'database CPU µs', 0],
];

async function byMessages(run, sizes) {
  const { connection } = run.server;
  const { user, members, rooms } = await seedReader(connection, { rooms: ROOMS, messages: 0 });
  const rows = [];
  let isWarm = false;
  for (const size of sizes) {
    const each = Math.round(size / ROOMS);
    for (const room of rooms) {
      const [{ last_seq: last }] = await connection.rows('SELECT last_seq FROM conversations WHERE id = ?', [room]);
      await seedMessages(connection, room, members[1], Number(last) + 1, each);
    }
    run.log(`seeded ${size} messages`);
    // The database still flushes the seeded rows, and the search index still processes earlier sends.
    for (const pid of Object.values(run.server.pids)) await waitUntilIdle(pid);
    const page = (query) =>
      rooms.map((id) => apiRequest('GET', `/messages?conversationId=${id}&limit=50${query()}`, user));
    const randomPosition = () => `&before=${51 + Math.floor(Math.random() * (each - 51))}`;
    const workloads = {
      'newest page of 50': page(() => ''),
      'random page of 50': Array.from({ length: RANDOM_PAGES / ROOMS }, () => page(randomPosition)).flat(),
      inbox: [apiRequest('GET', '/conversations?limit=30', user)],
      'sync without changes': [apiRequest('POST', '/sync', user, await syncBody(connection, user))],
    };
    // A cold server is slow, which would make the smallest size look expensive.
    if (!isWarm) for (const requests of Object.values(workloads)) await request(run, requests);
    isWarm = true;
    for (const [name, requests] of Object.entries(workloads)) {
      rows.push(await requestRow(run, `${name}, ${size.toLocaleString('en')} messages`, requests));
    }
    rows.push(await sendRow(run, `send, ${size.toLocaleString('en')} messages`, user, rooms));
  }
  return { id: 'messages', title: `${ROOMS} conversations, growing number of messages, MariaDB`, columns, rows };
}

async function byConversations(run, counts) {
  const { connection } = run.server;
  const rows = [];
  for (const count of counts) {
    const { user } = await seedReader(connection, { rooms: count, messages: 1 });
    const inbox = [apiRequest('GET', '/conversations?limit=30', user)];
    const sync = [apiRequest('POST', '/sync', user, await syncBody(connection, user))];
    rows.push(await requestRow(run, `inbox, ${count.toLocaleString('en')} conversations`, inbox));
    rows.push(await requestRow(run, `sync without changes, ${count.toLocaleString('en')} conversations`, sync));
  }
  return { id: 'conversations', title: 'One user, growing number of conversations, MariaDB', columns, rows };
}

async function requestRow(run, name, requests) {
  const runs = [];
  while (runs.length < run.times) {
    const measured = await request(run, requests);
    runs.push(rowOf(measured, measured.requests));
  }
  run.log(name, runs.at(-1));
  return { name, values: summarise(runs) };
}

const request = ({ server: { port, pids }, generator, span }, requests) =>
  generator.run('rest', { port, pids, requests, concurrency: 4, ...span });

/** Measures a fixed number of sends rather than a fixed time, so that the smallest table stays small. */
async function sendRow({ server, generator, span, times, log }, name, user, rooms) {
  const { port, pids } = server;
  await generator.run('connect', { ...GOCHAT, port, auths: [{ token: user.token }], concurrency: 1 });
  const lanes = rooms.map((conversationId) => ({ connection: 0, conversationId }));
  const runs = [];
  for (let run = 0; run < times; run++) {
    const job = { lanes, receivers: 1, warmMs: span.warmMs / 10, count: SENDS, pids };
    const measured = await generator.run('sends', job);
    runs.push(rowOf(measured, measured.sends));
  }
  await generator.run('disconnect');
  log(name, runs.at(-1));
  return { name, values: summarise(runs) };
}

function rowOf(measured, count) {
  const { p50, p99 } = measured;
  return { p50, p99, ...cpuPer(1_000, count, measured) };
}
