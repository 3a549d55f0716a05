import { setTimeout as delay } from 'node:timers/promises';

import { Child, freePort, node } from '../lib/child.mjs';
import { newDatabase } from './database.mjs';
import { CORES } from '../lib/machine.mjs';
import { during } from '../lib/scope.mjs';
import { JWT_SECRET } from './seed.mjs';

const PATIENCE_MS = 30_000;

/**
 * GoChat as it was built, on a new database: `use` gets the process, its port and a connection to seed by. It logs
 * warnings only, and limits no rates.
 */
export function withGoChat(options, use) {
  return withNodes(options, ({ ports: [port], children: [child], pids, ...rest }) =>
    use({ ...rest, port, signal: (name) => child.signal(name), pids: { ...pids, server: child.pid } }),
  );
}

/** The same with `nodes` processes on one database, all on the server's core. */
export function withNodes({ kind, databaseUrl, environment = {}, nodes = 1 }, use) {
  const onNodes = (database, started = []) =>
    started.length === nodes
      ? during(
          () => database.connect(),
          (connection) => connection.close(),
          (connection) => use({ ...describe(started, database), connection, database }),
        )
      : during(
          () => startGoChat(database, environment),
          ({ child }) => child.stop(),
          (node) => onNodes(database, [...started, node]),
        );
  return during(
    () => newDatabase(kind, databaseUrl),
    (database) => database.remove(),
    (database) => onNodes(database),
  );
}

/** A peer from `bench/peers`: what it says first is its port, or what it measured. */
export function withPeer(name, { environment = {}, args = [] } = {}, use) {
  return during(
    () => new Child(CORES.server, node(`bench/peers/${name}.mjs`, ...args), environment),
    (child) => child.stop(),
    async (child) => {
      const first = await child.next();
      const signal = (name) => child.signal(name);
      return use({ port: first.port, first, signal, pids: { server: child.pid } });
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
  const deadline = Date.now() + PATIENCE_MS;
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
