import { hasEjabberd, withEjabberd } from '../targets/ejabberd.mjs';
import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, inTurns, limitedBy } from '../lib/metrics.mjs';
import { MANY, SMALL, membersOf } from '../targets/rooms.mjs';
import { seedMessages, seedRooms, seedUsers } from '../targets/seed.mjs';
import { withGoChat, withPeer } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT, XMPP } from '../targets/endpoints.mjs';

const CROWD = 512;
const FOR_LONG_MS = 120_000;
const EJABBERD = `ejabberd mod_mam, ${MANY} senders, each a conversation of its own`;

/** Sends that are acknowledged once durable, and the latency of another user during them. */
export async function sends({ quick, times, databaseUrl, log }) {
  const span = quick ? { warmMs: 200, measureMs: 800 } : { warmMs: 2_000, measureMs: 5_000 };
  const bystanders = [];
  const subjects = [
    () => goChat('GoChat on MariaDB', { kind: 'mariadb', databaseUrl }, span, bystanders),
    () => goChat('GoChat on SQLite', { kind: 'sqlite' }, span, bystanders),
    () => naive({ databaseUrl, ...span }),
    () => (hasEjabberd && !quick ? ejabberd(databaseUrl, span) : notHere(quick)),
  ];
  const runs = await inTurns(times, subjects, log);
  return [
    {
      id: 'sends',
      title: `message:send, acknowledged; every message reaches ${SMALL} members`,
      columns: COLUMNS,
      rows: [...runs].map(([name, values]) => ({ name, values: summarise(values) })),
    },
    {
      id: 'bystander',
      title: `What one user notices while ${MANY} others send as fast as they can (ms)`,
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
    const own = await seedRooms(connection, membersOf(MANY, crowd));
    const [hot, crowded] = await seedRooms(connection, [crowd.slice(0, SMALL), crowd.slice(0, MANY)]);
    const bystander = await seedBystander(connection, users);
    const lanes = (count, roomOf, connectionOf = (n) => n) =>
      Array.from({ length: count }, (_, n) => ({ connection: connectionOf(n), conversationId: roomOf(n) }));
    const loads = {
      '1 sender': lanes(1, (n) => shared[n]),
      ...Object.fromEntries([16, 64, MANY].map((count) => [`${count} senders`, lanes(count, (n) => shared[n % 100])])),
      [`${MANY} senders, each a conversation of its own`]: lanes(MANY, (n) => own[n]),
      [`${MANY} sends at once, one conversation of ${SMALL}`]: lanes(
        MANY,
        () => hot,
        (n) => n % SMALL,
      ),
    };
    const target = { ...GOCHAT, port };
    return withGenerator(async (generator) => {
      await generator.run('connect', { ...target, auths: crowd.map(({ token }) => ({ token })), concurrency: 100 });
      const rows = {};
      const measure = async (load, options) => {
        const measured = await generator.run('sends', { receivers: SMALL, pids, ...span, ...options });
        rows[`${name}, ${load}`] = rowOf(measured);
      };
      for (const [load, own] of Object.entries(loads)) await measure(load, { lanes: own });
      await measure(`${MANY} members send to one conversation and all get it`, {
        lanes: lanes(MANY, () => crowded),
        receivers: MANY,
      });
      await withGenerator(async (other) => {
        await other.run('disconnect');
        const lanes = loads[`${MANY} senders`];
        const load = generator.run('sends', { lanes, receivers: SMALL, pids, warmMs: 0, measureMs: FOR_LONG_MS });
        const noticed = other.run('bystander', { ...target, ...bystander, ...span });
        const first = await Promise.race([noticed, load.then(() => null)]);
        if (first === null) throw new Error('the load was over before the bystander was');
        generator.end();
        await load;
        bystanders.push({ name, values: noticedBy(first) });
      });
      return rows;
    });
  });
}

/** A user in ten conversations, one of them with a page of history. */
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
  // GoChat makes the tables, and idles.
  return withGoChat({ kind: 'mariadb', databaseUrl }, async ({ database }) => {
    const environment = { DATABASE_URL: database.url, DATABASE_PID: String(database.pid ?? '') };
    const rows = {};
    for (const concurrency of [16, MANY]) {
      const args = [concurrency, warmMs, measureMs].map(String);
      await withPeer('typeorm-save', { environment, args }, ({ first }) => {
        rows[`TypeORM save, ${concurrency} at once, no server`] = rowOf(first);
      });
    }
    return rows;
  });
}

const notHere = (quick) => ({ [EJABBERD]: { rate: quick ? 'in a full run' : 'not here' } });

/** A message delivered back to its sender counts as acknowledged: ejabberd does not report whether it is stored. */
function ejabberd(databaseUrl, span) {
  return withEjabberd({ databaseUrl, archive: true }, ({ port, pids, stored }) =>
    withGenerator(async (generator) => {
      const auths = Array.from({ length: CROWD }, () => ({ rooms: [] }));
      membersOf(MANY, auths).forEach((members, room) => members.forEach(({ rooms }) => rooms.push(`room-${room}`)));
      await generator.run('connect', { ...XMPP, port, auths, concurrency: 100 });
      const lanes = Array.from({ length: MANY }, (_, n) => ({ connection: n, conversationId: `room-${n}` }));
      const measured = await generator.run('sends', { lanes, receivers: SMALL, pids, ...span });
      const rows = await stored();
      if (rows < measured.sends) throw new Error(`ejabberd stored ${rows} of more than ${measured.sends} messages`);
      // ejabberd uses every core and several threads, so its limit is not visible from outside.
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

const noticedBy = (noticed) =>
  Object.fromEntries(
    Object.entries(noticed).flatMap(([action, { p50, p99 }]) => [
      [`${action}50`, p50],
      [`${action}99`, p99],
    ]),
  );
