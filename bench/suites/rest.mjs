import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, runInterleaved, limitedBy } from '../lib/metrics.mjs';
import { apiRequest, seedReader, syncBody } from '../targets/reader.mjs';
import { withGoChat, withPeer } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';

const CONCURRENCY = 16;
const MESSAGES = 1_000;
const CHANGES = 100;

/** The most frequent requests over keep-alive HTTP, and a minimal Fastify server with mysql2 as the baseline. */
export async function rest({ quick, times, databaseUrl, log }) {
  const span = quick ? { warmMs: 300, measureMs: 1_000 } : { warmMs: 2_000, measureMs: 5_000 };
  const runs = await runInterleaved(times, [() => measure(databaseUrl, span)], log);
  return [
    {
      id: 'rest',
      title: `Requests, ${CONCURRENCY} at a time, MariaDB`,
      columns: COLUMNS,
      rows: [...runs].map(([name, values]) => ({ name, values: summarise(values) })),
    },
  ];
}

const COLUMNS = [
  ['rate', 'requests/s', 0],
  ['p50', 'p50 ms', 2],
  ['p99', 'p99 ms', 2],
  ['server', 'node CPU µs per request', 0],
  ['database', 'database CPU ms per 1,000', 0],
  ['generator', 'generator %', 0],
  ['limit', 'limited by', 0],
];

function measure(databaseUrl, span) {
  return withGoChat({ kind: 'mariadb', databaseUrl }, async ({ port, pids, connection, database }) => {
    const { user, rooms } = await seedReader(connection, { rooms: 30, messages: MESSAGES });
    const get = (path) => apiRequest('GET', path, user);
    const sync = async (behind) => apiRequest('POST', '/sync', user, await syncBody(connection, user, behind));
    const workloads = {
      'page of 50': rooms.map((id) => get(`/messages?conversationId=${id}&limit=50`)),
      'inbox of 30': [get('/conversations?limit=30')],
      'sync without changes, 30 conversations': [await sync(0)],
      [`sync of ${CHANGES} changes in one of 30 conversations`]: [await sync(CHANGES)],
    };
    return withGenerator(async (generator) => {
      const rows = {};
      const run = async (name, target) => {
        rows[name] = rowOf(await generator.run('rest', { concurrency: CONCURRENCY, ...span, ...target }));
      };
      await withPeer('fastify-page', { environment: { DATABASE_URL: database.url } }, (peer) =>
        run('page of 50, plain Fastify and mysql2', {
          port: peer.port,
          pids: { ...pids, ...peer.pids },
          requests: rooms.map((id) => ({ method: 'GET', path: `/page?conversationId=${id}&last=${MESSAGES}` })),
        }),
      );
      for (const [name, requests] of Object.entries(workloads)) await run(name, { port, pids, requests });
      return rows;
    });
  });
}

function rowOf(measured) {
  const { requests, seconds, p50, p99 } = measured;
  return {
    rate: requests / seconds,
    p50,
    p99,
    ...cpuPer(1_000, requests, measured),
    generator: generatorShare(measured),
    limit: limitedBy(measured),
  };
}
