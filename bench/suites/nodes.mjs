import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, runInterleaved, limitedBy } from '../lib/metrics.mjs';
import { listenerPid, waitUntilIdle } from '../lib/processes.mjs';
import { SENDER_COUNT, ROOM_SIZE, membersOf, tenRoomsEach } from '../targets/rooms.mjs';
import { seedRooms, seedUsers } from '../targets/seed.mjs';
import { withNodes } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT } from '../targets/endpoints.mjs';

const CROWD = 1_000;
/** The same number as in the suite `sends`: every small conversation has members on both nodes. */
const SMALL_CROWD = 512;
const SENDERS = 32;
/** Default interval between two heartbeats of a socket: one per socket falls into the measurement. */
const HEARTBEAT_MS = 25_000;

/** The cost of several nodes per operation. The CPU of all nodes is added up. */
export async function nodes({ quick, times, databaseUrl, redisUrl, log }) {
  const sizes = quick
    ? { idle: 1_000, load: { warmMs: 300, measureMs: 1_000 }, rest: { warmMs: 0, measureMs: 3_000 } }
    : { idle: 2_000, load: { warmMs: 2_000, measureMs: 5_000 }, rest: { warmMs: 6_000, measureMs: HEARTBEAT_MS } };
  const subjects = [
    () => measure('one node', { databaseUrl, nodes: 1 }, sizes),
    () => measure('one node with Redis', { databaseUrl, redisUrl, nodes: 1 }, sizes),
    () => measure('two nodes with Redis', { databaseUrl, redisUrl, nodes: 2 }, sizes),
  ];
  const runs = await runInterleaved(times, subjects, log);
  const table = (id, title, columns) => ({
    id,
    title,
    columns,
    rows: [...runs]
      .filter(([name]) => name.startsWith(`${id}: `))
      .map(([name, values]) => ({ name: name.slice(id.length + 2), values: summarise(values) })),
  });
  return [
    table('32 in flight', `One conversation, ${CROWD} sockets, closed loop, 32 messages in flight`, FANOUT_COLUMNS),
    table('paced', `One conversation, ${CROWD} sockets, open loop, 50 messages/s`, FANOUT_COLUMNS),
    table('sends', `${SENDER_COUNT} senders, one conversation of ${ROOM_SIZE} each, acknowledged`, SEND_COLUMNS),
    table(
      'idle',
      `${sizes.idle} idle connections of users in ten conversations each: ms of CPU per second`,
      IDLE_COLUMNS,
    ),
  ];
}

const LATENCY_COLUMNS = [
  ['p50', 'p50 ms', 2],
  ['p99', 'p99 ms', 2],
  ['generator', 'generator %', 0],
  ['limit', 'limited by', 0],
];

const FANOUT_COLUMNS = [
  ['rate', 'deliveries/s', 0],
  ['server', 'nodes CPU-s per 1 M', 2],
  ['database', 'database CPU-s per 1 M', 2],
  ['redis', 'Redis CPU-s per 1 M', 2],
  ...LATENCY_COLUMNS,
];

const SEND_COLUMNS = [
  ['rate', 'messages/s', 0],
  ['server', 'nodes CPU µs per send', 0],
  ['database', 'database CPU µs per send', 0],
  ['redis', 'Redis CPU µs per send', 0],
  ...LATENCY_COLUMNS,
];

const IDLE_COLUMNS = [
  ['server', 'nodes', 1],
  ['database', 'database', 1],
  ['redis', 'Redis', 1],
];

/** Measures one subject. Sockets are distributed over its nodes in turn, so both have senders, receivers and samplers. */
function measure(name, { databaseUrl, redisUrl, nodes: count }, { idle, load, rest }) {
  // Users go offline immediately after a disconnect, so that their presence changes do not overlap the next measurement.
  const environment = { PRESENCE_GRACE_MS: '0', ...(redisUrl && { REDIS_URL: redisUrl }) };
  return withNodes({ kind: 'mariadb', databaseUrl, environment, nodes: count }, async ({ ports, pids, connection }) => {
    const { auths, big, own } = await seed(connection, idle);
    const redis = redisUrl && listenerPid(new URL(redisUrl).port || 6379);
    const measured = { pids: { ...pids, ...(redis && { redis }) } };
    const connect = { ...GOCHAT, ports, concurrency: 100 };
    return withGenerator(async (generator) => {
      await generator.run('connect', { ...connect, auths });
      const resting = await generator.run('idle', { ...measured, ...rest });
      await generator.run('disconnect');
      for (const pid of pids.server) await waitUntilIdle(pid);

      await generator.run('connect', { ...connect, auths: auths.slice(0, CROWD) });
      const lanes = Array.from({ length: SENDERS }, (_, n) => ({ connection: n, conversationId: big }));
      const fanout = { lanes, samplers: [CROWD - 2, CROWD - 1], receivers: CROWD, ...measured, ...load };
      const busy = await generator.run('fanout', { ...fanout, inFlight: 32 });
      const paced = await generator.run('fanout', { ...fanout, perSecond: 50 });
      const small = own.map((conversationId, n) => ({ connection: n, conversationId }));
      const sends = await generator.run('sends', { lanes: small, receivers: ROOM_SIZE, ...measured, ...load });
      return {
        [`32 in flight: ${name}`]: rowOf(busy, busy.deliveries),
        [`paced: ${name}`]: rowOf(paced, paced.deliveries),
        [`sends: ${name}`]: rowOf(sends, sends.sends),
        [`idle: ${name}`]: cpuPer(1, resting.seconds, resting),
      };
    });
  });
}

/** Seeds users with ten small conversations each, one big conversation, and one small conversation per sender. */
async function seed(connection, count) {
  const users = await seedUsers(connection, count);
  const [big, ...others] = await seedRooms(connection, [
    users.slice(0, CROWD),
    ...membersOf(SENDER_COUNT, users.slice(0, SMALL_CROWD)),
    ...tenRoomsEach(count).map((members) => members.map((user) => users[user])),
  ]);
  return { auths: users.map(({ token }) => ({ token })), big, own: others.slice(0, SENDER_COUNT) };
}

/** CPU in milliseconds per 1,000 operations equals seconds per million and microseconds per operation. */
function rowOf(measured, count) {
  const { seconds, p50, p99 } = measured;
  return {
    rate: count / seconds,
    ...cpuPer(1_000, count, measured),
    p50,
    p99,
    generator: generatorShare(measured),
    limit: limitedBy(measured),
  };
}
