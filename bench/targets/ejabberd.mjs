import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { createConnection } from 'mysql2/promise';

import { STREAM } from '../wire/xmpp.mjs';
import { Child, freePort } from '../lib/child.mjs';
import { newDatabase } from './database.mjs';
import { withResource } from '../lib/scope.mjs';

const SCHEMA = '/usr/share/ejabberd/sql/mysql.sql';
const START_TIMEOUT_MS = 30_000;

const has = (folder, prefix) => existsSync(folder) && readdirSync(folder).some((name) => name.startsWith(prefix));

/** The library folder of Debian's ejabberd, named after the processor; null when it is not installed. */
const LIBRARIES =
  readdirSync('/usr/lib')
    .filter((name) => name.includes('-linux-'))
    .map((name) => join('/usr/lib', name))
    .find((folder) => has(folder, 'ejabberd-')) ?? null;

/** Whether Debian's packages `ejabberd` and `erlang-p1-mysql` are installed. */
export const hasEjabberd = LIBRARIES !== null && existsSync(SCHEMA) && has('/usr/lib/erlang/lib', 'p1_mysql-');

/**
 * Runs ejabberd with group chat (mod_muc) only, on all cores, with a new folder and a new database.
 * @param archive whether every message is stored (mod_mam); `use` gets `stored()`, the number of archived messages
 */
export function withEjabberd({ databaseUrl, archive }, use) {
  return withResource(
    () => newDatabase('mariadb', databaseUrl),
    (database) => database.remove(),
    (database) =>
      withResource(
        () => start(database, archive),
        ({ child }) => child.stop(),
        ({ child, port }) =>
          use({
            port,
            pids: { server: child.pid, ...(archive && database.pid && { database: database.pid }) },
            stored: () => countArchived(database),
          }),
      ),
  );
}

async function countArchived(database) {
  const connection = await database.connect();
  const [{ count }] = await connection.rows('SELECT COUNT(*) AS count FROM archive');
  await connection.close();
  return Number(count);
}

async function start(database, archive) {
  const { dataDir, url } = database;
  const schema = await createConnection({ uri: url, multipleStatements: true });
  await schema.query(readFileSync(SCHEMA, 'utf8'));
  await schema.end();
  const port = await freePort();
  const settings = join(dataDir, 'ejabberd.yml');
  writeFileSync(settings, JSON.stringify(configuration(port, new URL(url), archive)));
  const command = [
    'erl',
    '-noinput',
    '+K',
    'true',
    '+P',
    '250000',
    '-mnesia',
    'dir',
    JSON.stringify(join(dataDir, 'mnesia')),
  ];
  const child = new Child(null, [...command, '-s', 'ejabberd'], {
    ERL_LIBS: LIBRARIES,
    EJABBERD_CONFIG_PATH: settings,
    EJABBERD_LOG_PATH: join(dataDir, 'ejabberd.log'),
    HOME: dataDir,
  });
  for (const deadline = Date.now() + START_TIMEOUT_MS; !(await isReady(port)); await delay(100)) {
    if (child.isRunning && Date.now() < deadline) continue;
    await child.stop();
    throw new Error('ejabberd did not start');
  }
  return { child, port };
}

/** The configuration as JSON, a subset of YAML: anonymous users, no traffic shaping, rooms without history. */
function configuration(port, url, archive) {
  return {
    hosts: ['localhost'],
    loglevel: 'error',
    listen: [
      {
        port,
        ip: '127.0.0.1',
        module: 'ejabberd_c2s',
        access: 'all',
        shaper: 'none',
        max_fsm_queue: 1_000_000,
        backlog: 1_000,
      },
    ],
    auth_method: 'anonymous',
    anonymous_protocol: 'sasl_anon',
    allow_multiple_connections: true,
    sql_type: 'mysql',
    sql_server: url.hostname,
    sql_port: Number(url.port || 3306),
    sql_database: url.pathname.slice(1),
    sql_username: decodeURIComponent(url.username),
    sql_password: decodeURIComponent(url.password),
    sql_pool_size: 10,
    modules: {
      mod_muc: {
        host: 'conference.localhost',
        access: 'all',
        access_create: 'all',
        history_size: 0,
        max_users: 10_000,
        min_message_interval: 0,
        default_room_options: { presence_broadcast: [], max_users: 10_000, mam: archive },
      },
      ...(archive && { mod_mam: { default: 'always', db_type: 'sql' } }),
    },
  };
}

/** Whether ejabberd answers a stream header. Its port accepts connections before that. */
function isReady(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('data', (data) => {
      resolve(data.includes('ANONYMOUS'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
    socket.write(STREAM);
  });
}
