import { hasEjabberd, withEjabberd } from '../targets/ejabberd.mjs';
import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, runInterleaved, limitedBy } from '../lib/metrics.mjs';
import { ROOM_SIZE, tenRoomsEach } from '../targets/rooms.mjs';
import { seedRooms, seedUsers } from '../targets/seed.mjs';
import { withGoChat, withPeer } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT, PEER, XMPP } from '../targets/endpoints.mjs';

const CROWD = 1_000;
const SENDERS = 32;
const EJABBERD = 'ejabberd MUC';
const SMALL_ROOMS = tenRoomsEach(CROWD);

/** Deliveries of messages to many sockets, in one big room and in many small ones. */
export async function fanout({ quick, times, databaseUrl, log }) {
  const span = quick ? { warmMs: 300, measureMs: 1_000 } : { warmMs: 2_000, measureMs: 5_000 };
  const subjects = [
    () => goChat('GoChat on MariaDB', { kind: 'mariadb', databaseUrl }, span),
    ...(quick ? [] : [() => goChat('GoChat on SQLite', { kind: 'sqlite' }, span)]),
    () => withPeer('socketio', {}, (peer) => peerRows('Socket.IO', PEER, peer, span)),
    () => withPeer('ws', {}, (peer) => peerRows('ws', PEER, peer, span)),
    () => (hasEjabberd && !quick ? ejabberd(databaseUrl, span) : skipped(quick)),
  ];
  const runs = await runInterleaved(times, subjects, log);
  const table = (id, title) => ({
    id,
    title,
    columns: COLUMNS.filter(([key]) => key !== 'fanout' || BIG_ROOM.includes(id)),
    rows: [...runs]
      .filter(([name]) => name.startsWith(`${id}: `))
      .map(([name, values]) => ({ name: name.slice(id.length + 2), values: summarise(values) })),
  });
  return [
    table('4 in flight', `One room, ${CROWD} sockets, closed loop, 4 messages in flight`),
    table('32 in flight', `One room, ${CROWD} sockets, closed loop, 32 messages in flight`),
    table('paced', `One room, ${CROWD} sockets, open loop, 50 messages/s`),
    table(
      'small rooms',
      `${SMALL_ROOMS.length} rooms of ${ROOM_SIZE}, ${CROWD} sockets, closed loop, 32 messages in flight`,
    ),
    table('no receivers', 'Cost of a message without fan-out: a room with its sender only, 32 messages in flight'),
  ];
}

/** Tables with enough deliveries per send to subtract the cost of the send. */
const BIG_ROOM = ['4 in flight', '32 in flight', 'paced'];

const COLUMNS = [
  ['deliveries', 'deliveries/s', 0],
  ['server', 'server CPU-s per 1 M', 2],
  ['fanout', 'without send cost', 2],
  ['database', 'database CPU-s per 1 M', 2],
  ['p50', 'p50 ms', 2],
  ['p99', 'p99 ms', 2],
  ['generator', 'generator %', 0],
  ['limit', 'limited by', 0],
];

async function goChat(name, options, span) {
  return withGoChat(options, async ({ port, connection, pids }) => {
    const users = await seedUsers(connection, CROWD);
    const rooms = await seedRooms(connection, [
      users,
      ...SMALL_ROOMS.map((members) => members.map((user) => users[user])),
      [users[0]],
    ]);
    return measure(name, { ...GOCHAT, port, pids, auths: users.map(({ token }) => ({ token })), rooms }, span);
  });
}

/** A row that states why ejabberd was not measured. */
const skipped = (quick) => ({
  [`32 in flight: ${EJABBERD}`]: { deliveries: quick ? 'full runs only' : 'not installed' },
});

async function ejabberd(databaseUrl, span) {
  const rows = await withEjabberd({ databaseUrl, archive: false }, (peer) => peerRows(EJABBERD, XMPP, peer, span));
  // ejabberd runs several threads on all cores, so CPU shares do not show its bottleneck.
  for (const row of Object.values(rows)) row.limit = null;
  return rows;
}

async function peerRows(name, protocol, { port, pids }, span) {
  const memberships = Array.from({ length: CROWD }, () => ['room']);
  const rooms = ['room'];
  for (const members of SMALL_ROOMS) {
    const room = `room-${rooms.length}`;
    rooms.push(room);
    for (const member of members) memberships[member].push(room);
  }
  memberships[0].push('alone');
  rooms.push('alone');
  return measure(name, { ...protocol, port, pids, auths: memberships.map((own) => ({ rooms: own })), rooms }, span);
}

function measure(name, { pids, rooms, ...target }, span) {
  return withGenerator(async (generator) => {
    await generator.run('connect', { ...target, concurrency: 100 });
    const lanes = Array.from({ length: SENDERS }, (_, n) => ({ connection: n, conversationId: rooms[0] }));
    const oneRoom = { lanes, samplers: [CROWD - 1], receivers: CROWD, pids, ...span };
    const small = rooms.slice(1, -1).map((id, room) => ({ connection: SMALL_ROOMS[room][0], conversationId: id }));
    const jobs = {
      '4 in flight': { ...oneRoom, inFlight: 4 },
      '32 in flight': { ...oneRoom, inFlight: 32 },
      paced: { ...oneRoom, perSecond: 50 },
      'small rooms': { ...oneRoom, lanes: small, samplers: sample(50), receivers: ROOM_SIZE, inFlight: 32 },
      'no receivers': {
        ...oneRoom,
        lanes: [{ connection: 0, conversationId: rooms.at(-1) }],
        samplers: [0],
        receivers: 1,
        inFlight: 32,
      },
    };
    const rows = {};
    for (const [id, job] of Object.entries(jobs)) rows[`${id}: ${name}`] = rowOf(await generator.run('fanout', job));
    const alone = rows[`no receivers: ${name}`].server;
    for (const id of BIG_ROOM) {
      const row = rows[`${id}: ${name}`];
      row.fanout = row.server - alone / CROWD;
    }
    return rows;
  });
}

const sample = (count) => Array.from({ length: count }, (_, n) => n * Math.floor(CROWD / count));

function rowOf(measured) {
  const { deliveries, seconds, p50, p99 } = measured;
  return {
    deliveries: deliveries / seconds,
    ...cpuPer(1_000, deliveries, measured),
    p50,
    p99,
    generator: generatorShare(measured),
    limit: limitedBy(measured),
  };
}
