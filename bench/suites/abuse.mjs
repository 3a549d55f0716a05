import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, runInterleaved } from '../lib/metrics.mjs';
import { ROOM_SIZE } from '../targets/rooms.mjs';
import { seedRooms, seedUsers } from '../targets/seed.mjs';
import { withGoChat } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT } from '../targets/endpoints.mjs';

const CROWD = 100;
const PER_SECOND = 100;

/**
 * Row labels by kind of abuse in `bench/load/abuse.mjs`. The baseline runs the kind `baseline`, or no second load where it
 * is absent.
 */
const ABUSES = {
  '10 failed logins at once, every second': { kind: 'logins' },
  'failed logins, 10 in flight without a pause': { kind: 'hammer' },
  '1,000 connections of one user': { kind: 'connections' },
  '10,000 sends per second on one socket': { kind: 'flood' },
  'frames of 100 MB, 10 per second': { kind: 'frames' },
  'a client that stops reading, in a room with 100 long messages per second': { kind: 'reader', baseline: 'room' },
};

/** The latency of regular users while another client abuses the server, with default rate limits. */
export async function abuse({ quick, times, databaseUrl, log }) {
  const span = quick ? { warmMs: 500, measureMs: 3_000 } : { warmMs: 2_000, measureMs: 10_000 };
  const runs = await runInterleaved(times, [() => measure(databaseUrl, span)], log);
  return [
    {
      id: 'abuse',
      title: `${PER_SECOND} sends per second in conversations of ${ROOM_SIZE} during abuse, MariaDB, default rate limits`,
      columns: COLUMNS,
      rows: [...runs].map(([name, values]) => ({ name, values: summarise(values) })),
    },
  ];
}

const COLUMNS = [
  ['calm50', 'baseline p50 ms', 2],
  ['calm99', 'baseline p99 ms', 2],
  ['p50', 'p50 ms', 2],
  ['p99', 'p99 ms', 2],
  ['p50Ratio', 'p50 ÷ baseline', 2],
  ['p99Ratio', 'p99 ÷ baseline', 2],
  ['server', 'node CPU ms per s', 0],
  ['tries', 'attempts', 0],
  ['generator', 'generator %', 0],
];

function measure(databaseUrl, span) {
  const environment = { RATE_LIMITS: '' };
  return withGoChat({ kind: 'mariadb', databaseUrl, environment }, async ({ port, pids, connection }) => {
    const users = await seedUsers(connection, CROWD + ROOM_SIZE);
    const [regular, abusive] = [users.slice(0, CROWD), users.slice(CROWD)];
    const [conversationId, ...rooms] = await seedRooms(connection, [
      abusive,
      ...Array.from({ length: CROWD / ROOM_SIZE }, (_, room) =>
        regular.slice(room * ROOM_SIZE, (room + 1) * ROOM_SIZE),
      ),
    ]);
    const authsOf = (list) => list.map(({ token }) => ({ token }));
    const target = { ...GOCHAT, port };
    return withGenerator((generator) =>
      withGenerator(async (abuser) => {
        await generator.run('connect', { ...target, auths: authsOf(regular), concurrency: 10 });
        const lanes = regular.map((_, n) => ({ connection: n, conversationId: rooms[Math.floor(n / ROOM_SIZE)] }));
        const measureSends = () => generator.run('steady', { lanes, perSecond: PER_SECOND, ...span, pids });
        const rows = {};
        const measureDuring = async (kind) => {
          const done = abuser.run('abuse', { ...target, kind, auths: authsOf(abusive), conversationId });
          const measured = await measureSends();
          abuser.end();
          return { ...measured, tries: (await done).tries };
        };
        for (const [name, { kind, baseline }] of Object.entries(ABUSES)) {
          const calm = baseline ? await measureDuring(baseline) : await measureSends();
          rows[name] = rowOf(await measureDuring(kind), calm);
        }
        return rows;
      }),
    );
  });
}

function rowOf(measured, calm) {
  const { p50, p99, seconds, tries } = measured;
  return {
    calm50: calm.p50,
    calm99: calm.p99,
    p50,
    p99,
    p50Ratio: p50 / calm.p50,
    p99Ratio: p99 / calm.p99,
    server: cpuPer(1, seconds, measured).server,
    tries,
    generator: generatorShare(measured),
  };
}
