import { hasEjabberd, withEjabberd } from '../targets/ejabberd.mjs';
import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, runInterleaved, limitedBy } from '../lib/metrics.mjs';
import { SENDER_COUNT, ROOM_SIZE, membersOf } from '../targets/rooms.mjs';
import { seedMessages, seedRooms, seedUsers } from '../targets/seed.mjs';
import { withGoChat, withPeer } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT, XMPP } from '../targets/endpoints.mjs';

const CROWD = 512;
/** Longer than any bystander measurement, which ends the load. */
const BACKGROUND_LOAD_MS = 120_000;
const EJABBERD = `ejabberd mod_mam, ${SENDER_COUNT} senders, one conversation each`;

/** Sends that are acknowledged after they are stored, and the latency of another user meanwhile. */
export async function sends({ quick, times, databaseUrl, log }) {
  const span = quick ? { warmMs: 200, measureMs: 800 } : { warmMs: 2_000, measureMs: 5_000 };
  const bystanders = [];
  const subjects = [
    () => goChat('GoChat on MariaDB', { kind: 'mariadb', databaseUrl }, span, bystanders),
    () => goChat('GoChat on SQLite', { kind: 'sqlite' }, span, bystanders),
    () => naive({ databaseUrl, ...span }),
    () => (hasEjabberd && !quick ? ejabberd(databaseUrl, span) : skipped(quick)),
  ];
  const runs = await runInterleaved(times, subjects, log);
  return [
    {
      id: 'sends',
      title: `message:send, acknowledged; every message reaches ${ROOM_SIZE} members`,
      columns: COLUMNS,
      rows: [...runs].map(([name, values]) => ({ name, values: summarise(values) })),
    },
    {
      id: 'bystander',
      title: `Latency of one user while ${SENDER_COUNT} others send at full speed (ms)`,
      columns: BYSTANDER_COLUMNS,
      rows: [...new Set(bystanders.map(({ name }) => name))].map((name) => ({
        name,
        values: summarise(bystanders.filter((run) => run.name === name).map(({ values }) => values)),
      })),
    },
  ];
}

const COLUMNS = [
  ['rate', 'messages/s', 0],
  ['p50', 'p50 ms', 2],
  ['p99', 'p99 ms', 2],
  ['server', 'node CPU µs per send', 0],
  ['database', 'database CPU ms per 1,000', 0],
  ['generator', 'generator %', 0],
  ['limit', 'limited by', 0],
];

const BYSTANDER_COLUMNS = ['send', 'page', 'connect'].flatMap((action) => [
  [`${action}50`, `${action} p50`, 1],
  [`${action}99`, `${action} p99`, 1],
]);

function goChat(name, options, span, bystanders) {
  return withGoChat(options, async ({ port, connection, pids }) => {
    const users = await seedUsers(connection, CROWD + 1);
    const crowd = users.slice(0, CROWD);
    const shared = await seedRooms(connection, membersOf(100, crowd));
    const oneEach = await seedRooms(connection, membersOf(SENDER_COUNT, crowd));
    const [hot, crowded] = await seedRooms(connection, [crowd.slice(0, ROOM_SIZE), crowd.slice(0, SENDER_COUNT)]);
    const bystander = await seedBystander(connection, users);
    const lanes = (count, roomOf, connectionOf = (n) => n) =>
      Array.from({ length: count }, (_, n) => ({ connection: connectionOf(n), conversationId: roomOf(n) }));
    const loads = {
      '1 sender': lanes(1, (n) => shared[n]),
      ...Object.fromEntries(
        [16, 64, SENDER_COUNT].map((count) => [`${count} senders`, lanes(count, (n) => shared[n % 100])]),
      ),
      [`${SENDER_COUNT} senders, one conversation each`]: lanes(SENDER_COUNT, (n) => oneEach[n]),
      [`${SENDER_COUNT} sends in flight, one conversation of ${ROOM_SIZE}`]: lanes(
        SENDER_COUNT,
        () => hot,
        (n) => n % ROOM_SIZE,
      ),
    };
    const target = { ...GOCHAT, port };
    return withGenerator(async (generator) => {
      await generator.run('connect', { ...target, auths: crowd.map(({ token }) => ({ token })), concurrency: 100 });
      const rows = {};
      const measure = async (load, options) => {
        const measured = await generator.run('sends', { receivers: ROOM_SIZE, pids, ...span, ...options });
        rows[`${name}, ${load}`] = rowOf(measured);
      };
      for (const [load, itsLanes] of Object.entries(loads)) await measure(load, { lanes: itsLanes });
      await measure(`${SENDER_COUNT} members send to one conversation of ${SENDER_COUNT}`, {
        lanes: lanes(SENDER_COUNT, () => crowded),
        receivers: SENDER_COUNT,
      });
      await withGenerator(async (other) => {
        await other.run('disconnect');
        const lanes = loads[`${SENDER_COUNT} senders`];
        const load = generator.run('sends', {
          lanes,
          receivers: ROOM_SIZE,
          pids,
          warmMs: 0,
          measureMs: BACKGROUND_LOAD_MS,
        });
        const measuring = other.run('bystander', { ...target, ...bystander, ...span });
        const measured = await Promise.race([measuring, load.then(() => null)]);
        if (measured === null) throw new Error('the load ended before the measurement of the bystander');
        generator.end();
        await load;
        bystanders.push({ name, values: bystanderRow(measured) });
      });
      return rows;
    });
  });
}

/** Seeds a user with ten conversations without other members, one of them with 200 messages. */
async function seedBystander(connection, users) {
  const user = users[CROWD];
  const rooms = await seedRooms(
    connection,
    Array.from({ length: 10 }, () => [user]),
  );
  await seedMessages(connection, rooms[0], user, 1, 200);
  return { token: user.token, conversationId: rooms[0] };
}

function naive({ databaseUrl, warmMs, measureMs }) {
  // GoChat creates the tables and stays idle.
  return withGoChat({ kind: 'mariadb', databaseUrl }, async ({ database }) => {
    const environment = { DATABASE_URL: database.url, DATABASE_PID: String(database.pid ?? '') };
    const rows = {};
    for (const concurrency of [16, SENDER_COUNT]) {
      const args = [concurrency, warmMs, measureMs].map(String);
      await withPeer('typeorm-save', { environment, args }, ({ firstMessage: measured }) => {
        rows[`TypeORM save, ${concurrency} in flight, no server`] = rowOf(measured);
      });
    }
    return rows;
  });
}

/** A row that states why ejabberd was not measured. */
const skipped = (quick) => ({ [EJABBERD]: { rate: quick ? 'full runs only' : 'not installed' } });

/** The echo of a message from its room counts as the acknowledgement. ejabberd may store the message later. */
function ejabberd(databaseUrl, span) {
  return withEjabberd({ databaseUrl, archive: true }, ({ port, pids, stored }) =>
    withGenerator(async (generator) => {
      const auths = Array.from({ length: CROWD }, () => ({ rooms: [] }));
      membersOf(SENDER_COUNT, auths).forEach((members, room) =>
        members.forEach(({ rooms }) => rooms.push(`room-${room}`)),
      );
      await generator.run('connect', { ...XMPP, port, auths, concurrency: 100 });
      const lanes = Array.from({ length: SENDER_COUNT }, (_, n) => ({ connection: n, conversationId: `room-${n}` }));
      const measured = await generator.run('sends', { lanes, receivers: ROOM_SIZE, pids, ...span });
      const rows = await stored();
      if (rows < measured.sends) throw new Error(`ejabberd stored ${rows} of more than ${measured.sends} messages`);
      // ejabberd runs several threads on all cores, so CPU shares do not show its bottleneck.
      return { [EJABBERD]: { ...rowOf(measured), limit: null } };
    }),
  );
}

function rowOf(measured) {
  const { sends: count, seconds, p50, p99 } = measured;
  const { server, database } = cpuPer(1_000, count, measured);
  return {
    rate: count / seconds,
    p50,
    p99,
    server,
    database,
    generator: generatorShare(measured),
    limit: limitedBy(measured),
  };
}

const bystanderRow = (measured) =>
  Object.fromEntries(
    Object.entries(measured).flatMap(([action, { p50, p99 }]) => [
      [`${action}50`, p50],
      [`${action}99`, p99],
    ]),
  );
