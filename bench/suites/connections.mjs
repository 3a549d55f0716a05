import { pathToFileURL } from 'node:url';

import { withGenerator } from '../lib/generator.mjs';
import { cpuPer, generatorShare, runInterleaved, limitedBy } from '../lib/metrics.mjs';
import { waitUntilIdle, residentKiB } from '../lib/processes.mjs';
import { tenRoomsEach } from '../targets/rooms.mjs';
import { seedRooms, seedUsers } from '../targets/seed.mjs';
import { withGoChat, withPeer } from '../targets/servers.mjs';
import { summarise } from '../lib/statistics.mjs';
import { GOCHAT, PEER } from '../targets/endpoints.mjs';

const CONCURRENCY = 500;
const WARM = 100;
/** Users go offline immediately after a disconnect, so that their presence changes do not overlap the next measurement. */
const GOCHAT_ENVIRONMENT = { PRESENCE_GRACE_MS: '0' };
const COLLECTABLE = { NODE_OPTIONS: `--import=${pathToFileURL('bench/targets/gc-on-signal.mjs').href}` };

/** The memory of idle connections, and a storm of connects. Each user is a member of ten conversations. */
export async function connections({ quick, times, databaseUrl, log }) {
  const sizes = quick ? { storm: 500, idle: 2_000 } : { storm: 2_000, idle: 5_000 };
  const subjects = [
    () => goChat(databaseUrl, sizes),
    () => withPeer('socketio', { environment: COLLECTABLE }, (peer) => peerRow(peer, sizes)),
  ];
  const runs = await runInterleaved(times, subjects, log);
  return [
    {
      id: 'connections',
      title: `${sizes.idle} idle connections; then a storm of ${sizes.storm} connects, ${CONCURRENCY} at a time`,
      columns: COLUMNS,
      rows: [...runs].map(([name, values]) => ({ name, values: summarise(values) })),
    },
  ];
}

const COLUMNS = [
  ['seconds', 'seconds until all are ready', 2],
  ['server', 'node CPU ms per connect', 2],
  ['database', 'database CPU ms per connect', 2],
  ['memory', 'KiB per idle connection', 1],
  ['collected', 'KiB per idle connection after GC', 1],
  ['generator', 'generator %', 0],
  ['limit', 'limited by', 0],
];

function goChat(databaseUrl, sizes) {
  return withGoChat(
    { kind: 'mariadb', databaseUrl, environment: { ...COLLECTABLE, ...GOCHAT_ENVIRONMENT } },
    async (server) => {
      const users = await seedUsers(server.connection, sizes.idle);
      await seedRooms(
        server.connection,
        tenRoomsEach(users.length).map((members) => members.map((user) => users[user])),
      );
      const auths = users.map(({ token }) => ({ token }));
      return { 'GoChat on MariaDB': await measure(server, { ...GOCHAT, auths }, sizes) };
    },
  );
}

async function peerRow(server, sizes) {
  const auths = Array.from({ length: sizes.idle }, () => ({ rooms: [] }));
  tenRoomsEach(sizes.idle).forEach((members, room) => {
    for (const member of members) auths[member].rooms.push(`room ${room}`);
  });
  return { 'Socket.IO': await measure(server, { ...PEER, auths }, sizes) };
}

function measure({ port, pids, signal }, { auths, ...target }, { storm, idle }) {
  return withGenerator(async (generator) => {
    const connect = { ...target, port, pids, concurrency: CONCURRENCY };
    const memoryUse = async () => {
      await waitUntilIdle(pids.server);
      const memory = residentKiB(pids.server);
      signal('SIGUSR2');
      await waitUntilIdle(pids.server);
      return { memory, collected: residentKiB(pids.server) };
    };
    // Memory is measured first, because idle connections could reuse heap that a storm has already grown.
    await generator.run('connect', { ...connect, auths: auths.slice(0, WARM) });
    await generator.run('disconnect');
    const before = await memoryUse();
    await generator.run('connect', { ...connect, auths });
    const after = await memoryUse();
    await generator.run('disconnect');
    await waitUntilIdle(pids.server);
    const stormed = await generator.run('storm', { ...connect, auths: auths.slice(0, storm) });
    return {
      seconds: stormed.seconds,
      ...cpuPer(1, storm, stormed),
      memory: (after.memory - before.collected) / idle,
      collected: (after.collected - before.collected) / idle,
      generator: generatorShare(stormed),
      limit: limitedBy(stormed),
    };
  });
}
