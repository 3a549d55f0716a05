import { setTimeout as delay } from 'node:timers/promises';

import { Child, freePort, node } from '../lib/child.mjs';
import { newDatabase } from './database.mjs';
import { CORES } from '../lib/machine.mjs';
import { withResource } from '../lib/scope.mjs';
import { JWT_SECRET } from './seed.mjs';

const START_TIMEOUT_MS = 30_000;

/**
 * Runs the built GoChat on a new database, with warnings as log level and without rate limits. `use` gets its port, the
 * pids, and a database connection for seeding.
 */
export function withGoChat(options, use) {
  return withNodes(options, ({ ports: [port], children: [child], pids, ...rest }) =>
    use({ ...rest, port, signal: (name) => child.signal(name), pids: { ...pids, server: child.pid } }),
  );
}

/** Runs `nodes` GoChat processes on one database, all on the server's core. */
export function withNodes({ kind, databaseUrl, environment = {}, nodes = 1 }, use) {
  const onNodes = (database, started = []) =>
    started.length === nodes
      ? withResource(
          () => database.connect(),
          (connection) => connection.close(),
          (connection) => use({ ...describe(started, database), connection, database }),
        )
      : withResource(
          () => startGoChat(database, environment),
          ({ child }) => child.stop(),
          (node) => onNodes(database, [...started, node]),
        );
  return withResource(
    () => newDatabase(kind, databaseUrl),
    (database) => database.remove(),
    (database) => onNodes(database),
  );
}

/** Runs a peer from `bench/peers`. Its first message contains its port, or its measurements when it needs no load. */
export function withPeer(name, { environment = {}, args = [] } = {}, use) {
  return withResource(
    () => new Child(CORES.server, node(`bench/peers/${name}.mjs`, ...args), environment),
    (child) => child.stop(),
    async (child) => {
      const firstMessage = await child.nextMessage();
      const signal = (name) => child.signal(name);
      return use({ port: firstMessage.port, firstMessage, signal, pids: { server: child.pid } });
    },
  );
}

function describe(nodes, { pid }) {
  const children = nodes.map(({ child }) => child);
  const pids = { server: children.map((child) => child.pid), ...(pid !== null && { database: pid }) };
  return { ports: nodes.map(({ port }) => port), children, pids };
}

async function startGoChat(database, environment) {
  const port = await freePort();
  const child = new Child(CORES.server, node('dist/main.js'), {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: database.dataDir,
    DATABASE_URL: database.url,
    JWT_SECRET,
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
    ...environment,
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isReady(port))) {
    if (!child.isRunning || Date.now() > deadline) {
      await child.stop();
      throw new Error('GoChat did not start');
    }
    await delay(50);
  }
  return { child, port };
}

async function isReady(port) {
  try {
    return (await fetch(`http://127.0.0.1:${port}/api/v1/health/ready`)).ok;
  } catch {
    return false;
  }
}
