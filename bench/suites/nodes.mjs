import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, inTurns, limitedBy } from '../lib/metrics.mjs';
import { listenerPid, quiet } from '../lib/processes.mjs';
import { MANY, SMALL, membersOf, tenRoomsEach } from '../targets/rooms.mjs';
import { seedRooms, seedUsers } from '../targets/seed.mjs';
import { withNodes } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT } from '../targets/endpoints.mjs';

const CROWD = 1_000;
/** As in the part `sends`: of so many, every small conversation has members on each of two nodes. */
const SMALL_CROWD = 512;
const SENDERS = 32;
/** Of everybody's time, one between two heartbeats of a socket. */
const HEARTBEAT_MS = 25_000;

/** The overhead of several nodes per unit of work; the CPU of all nodes is summed. */
export async function nodes({ quick, times, databaseUrl, redisUrl, log }) {
  const sizes = quick
    ? { idle: 1_000, load: { warmMs: 300, measureMs: 1_000 }, rest: { warmMs: 0, measureMs: 3_000 } }
    : { idle: 2_000, load: { warmMs: 2_000, measureMs: 5_000 }, rest: { warmMs: 6_000, measureMs: HEARTBEAT_MS } };
  const subjects = [
    () => measure('one node', { databaseUrl, nodes: 1 }, sizes),
    () => measure('one node with Redis', { databaseUrl, redisUrl, nodes: 1 }, sizes),
    () => measure('two nodes with Redis', { databaseUrl, redisUrl, nodes: 2 }, sizes),
  ];
  const runs = await inTurns(times, subjects, log);
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
    table('sends', `${MANY} senders, each a conversation of its own with ${SMALL} members, acknowledged`, SEND_COLUMNS),
    table(
      'idle',
      `${sizes.idle} idle connections of users in ten conversations each: ms of CPU per second`,
      IDLE_COLUMNS,
    ),
  ];
}

const REST = [
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
  ...REST,
];

const SEND_COLUMNS = [
  ['rate', 'messages/s', 0],
  ['server', 'nodes CPU µs per send', 0],
  ['database', 'database CPU µs per send', 0],
  ['redis', 'Redis CPU µs per send', 0],
  ...REST,
];

const IDLE_COLUMNS = [
  ['server', 'nodes', 1],
  ['database', 'database', 1],
  ['redis', 'Redis', 1],
];

/** Everything of one peer. Sockets go to its nodes in turn, so that senders, receivers and samplers are on all of them. */
function measure(name, { databaseUrl, redisUrl, nodes: count }, { idle, load, rest }) {
  // Users go offline without a delay, so that a disconnect does not affect the next measurement.
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
      for (const pid of pids.server) await quiet(pid);

      await generator.run('connect', { ...connect, auths: auths.slice(0, CROWD) });
      const lanes = Array.from({ length: SENDERS }, (_, n) => ({ connection: n, conversationId: big }));
      const fanout = { lanes, samplers: [CROWD - 2, CROWD - 1], receivers: CROWD, ...measured, ...load };
      const busy = await generator.run('fanout', { ...fanout, inFlight: 32 });
      const paced = await generator.run('fanout', { ...fanout, perSecond: 50 });
      const small = own.map((conversationId, n) => ({ connection: n, conversationId }));
      const sends = await generator.run('sends', { lanes: small, receivers: SMALL, ...measured, ...load });
      return {
        [`32 in flight: ${name}`]: rowOf(busy, busy.deliveries),
        [`paced: ${name}`]: rowOf(paced, paced.deliveries),
        [`sends: ${name}`]: rowOf(sends, sends.sends),
        [`idle: ${name}`]: cpuPer(1, resting.seconds, resting),
      };
    });
  });
}

/** Users in ten small conversations each, a thousand of them in a big one too, and senders with one of their own. */
async function seed(connection, count) {
  const users = await seedUsers(connection, count);
  const [big, ...others] = await seedRooms(connection, [
    users.slice(0, CROWD),
    ...membersOf(MANY, users.slice(0, SMALL_CROWD)),
    ...tenRoomsEach(count).map((members) => members.map((user) => users[user])),
  ]);
  return { auths: users.map(({ token }) => ({ token })), big, own: others.slice(0, MANY) };
}

/** Per million deliveries in seconds is per one in microseconds. */
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
