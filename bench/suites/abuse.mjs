import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, inTurns } from '../lib/metrics.mjs';
import { SMALL } from '../targets/rooms.mjs';
import { seedRooms, seedUsers } from '../targets/seed.mjs';
import { withGoChat } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT } from '../targets/endpoints.mjs';

const CROWD = 100;
const PER_SECOND = 100;

/** The kinds of abuse in `bench/load/abuse.mjs`, and the baseline of each. */
const ABUSES = {
  'ten wrong log-ins at once, every second': { kind: 'logins' },
  'wrong log-ins as fast as ten at once are answered': { kind: 'hammer' },
  '1,000 connections of one user': { kind: 'connections' },
  '10,000 sends a second on one socket': { kind: 'flood' },
  'frames of 100 MB, ten a second': { kind: 'frames' },
  'a reader that stops, in a room with 100 long messages a second': { kind: 'reader', otherwise: 'room' },
};

/** The latency of normal users during abuse, with the default limits. */
export async function abuse({ quick, times, databaseUrl, log }) {
  const span = quick ? { warmMs: 500, measureMs: 3_000 } : { warmMs: 2_000, measureMs: 10_000 };
  const runs = await inTurns(times, [() => measure(databaseUrl, span)], log);
  return [
    {
      id: 'abuse',
      title: `${PER_SECOND} sends a second in conversations of ${SMALL}, MariaDB, default limits, beside …`,
      columns: COLUMNS,
      rows: [...runs].map(([name, values]) => ({ name, values: summarise(values) })),
    },
  ];
}

const COLUMNS = [
  ['calm50', 'without: p50 ms', 2],
  ['calm99', 'without: p99 ms', 2],
  ['p50', 'p50 ms', 2],
  ['p99', 'p99 ms', 2],
  ['p50Ratio', 'p50, times that without', 2],
  ['p99Ratio', 'p99, times that without', 2],
  ['server', 'node CPU ms per s', 0],
  ['tries', 'tries', 0],
  ['generator', 'generator %', 0],
];

function measure(databaseUrl, span) {
  const environment = { RATE_LIMITS: '' };
  return withGoChat({ kind: 'mariadb', databaseUrl, environment }, async ({ port, pids, connection }) => {
    const users = await seedUsers(connection, CROWD + SMALL);
    const [people, bad] = [users.slice(0, CROWD), users.slice(CROWD)];
    const [conversationId, ...rooms] = await seedRooms(connection, [
      bad,
      ...Array.from({ length: CROWD / SMALL }, (_, room) => people.slice(room * SMALL, (room + 1) * SMALL)),
    ]);
    const authsOf = (list) => list.map(({ token }) => ({ token }));
    const target = { ...GOCHAT, port };
    return withGenerator((generator) =>
      withGenerator(async (harm) => {
        await generator.run('connect', { ...target, auths: authsOf(people), concurrency: 10 });
        const lanes = people.map((_, n) => ({ connection: n, conversationId: rooms[Math.floor(n / SMALL)] }));
        const ordinary = () => generator.run('steady', { lanes, perSecond: PER_SECOND, ...span, pids });
        const rows = {};
        const beside = async (kind) => {
          const done = harm.run('abuse', { ...target, kind, auths: authsOf(bad), conversationId });
          const measured = await ordinary();
          harm.end();
          return { ...measured, tries: (await done).tries };
        };
        for (const [name, { kind, otherwise }] of Object.entries(ABUSES)) {
          const calm = otherwise ? await beside(otherwise) : await ordinary();
          rows[name] = rowOf(await beside(kind), calm);
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
