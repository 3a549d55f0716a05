import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { createConnection } from 'mysql2/promise';

import { freePort, has, makeFolder, OwnedProcess, removeFolder } from './process.mjs';

/** Small, but every acknowledged commit is on disk. */
const SETTINGS = [
  '--innodb-flush-log-at-trx-commit=1',
  '--innodb-buffer-pool-size=128M',
  '--character-set-server=utf8mb4',
];

const KINDS = {
  mariadb: {
    about: 'MariaDB: `mariadbd` and `mariadb-install-db` in PATH (Debian: mariadb-server)',
    layout: () =>
      has('mariadbd') && has('mariadb-install-db')
        ? { run: ['mariadbd'], base: tmpdir(), inside: (path) => path }
        : null,
    install: ({ inside }, folder) => [
      'mariadb-install-db',
      ...[
        '--no-defaults',
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
        `--datadir=${inside(folder)}/data`,
      ],
      ...asUser('mysql'),
    ],
    settings: [],
    owner: () => ownerOf('mysql'),
  },
  mysql: {
    about:
      'MySQL: `mysqld` in PATH, or unpacked in $GOCHAT_SERVICES_DIR/mysql (as root); GOCHAT_WITHOUT_MYSQL=1 skips it',
    layout: mysqlLayout,
    install: ({ run, inside }, folder) => [
      ...run,
      ...['--no-defaults', '--initialize-insecure', `--datadir=${inside(folder)}/data`, '--log-error-verbosity=1'],
      ...asUser('mysql'),
    ],
    settings: ['--skip-log-bin', '--mysqlx=OFF', '--performance-schema=OFF'],
    owner: ({ root }) => (root === undefined ? ownerOf('mysql') : statSync(join(root, 'var/lib/mysql'))),
  },
};

/** Descriptions of the databases that this machine lacks. */
export const missingDatabases = (names) =>
  names.filter((name) => KINDS[name].layout() === null).map((name) => KINDS[name].about);

/** A database server with its data in a temporary folder. */
export class DatabaseServer {
  #databases = 0;

  /** @param name `mariadb` or `mysql` */
  static async start(name) {
    const kind = KINDS[name];
    const layout = kind.layout();
    const folder = makeFolder(layout.base);
    try {
      if (isRoot()) changeOwner(folder, kind.owner(layout));
      mkdirSync(join(folder, 'data'));
      if (isRoot()) changeOwner(join(folder, 'data'), kind.owner(layout));
      run(kind.install(layout, folder));
      const server = new DatabaseServer(name, folder, layout, kind, await freePort());
      await server.process.start();
      await server.#administer(`CREATE USER 'gochat'@'%' IDENTIFIED BY 'gochat'`, `GRANT ALL ON *.* TO 'gochat'@'%'`);
      return server;
    } catch (error) {
      removeFolder(folder);
      throw error;
    }
  }

  constructor(name, folder, { run: [command, ...first], inside }, { settings }, port) {
    this.name = name;
    this.folder = folder;
    this.port = port;
    this.socketPath = join(folder, 'sock');
    const path = inside(folder);
    const args = [
      ...first,
      '--no-defaults',
      `--datadir=${path}/data`,
      `--socket=${path}/sock`,
      `--pid-file=${path}/pid`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      ...SETTINGS,
      ...settings,
      ...asUser('mysql'),
    ];
    const isReady = () =>
      this.#administer('SELECT 1').then(
        () => true,
        () => false,
      );
    this.process = new OwnedProcess(name, { command, args, isReady });
  }

  /** Creates an empty database. @returns its URL */
  async create() {
    const database = `trial_${++this.#databases}`;
    await this.#administer(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
    return `mysql://gochat:gochat@127.0.0.1:${this.port}/${database}`;
  }

  async remove() {
    await this.process.kill();
    removeFolder(this.folder);
  }

  async #administer(...statements) {
    const connection = await createConnection({ socketPath: this.socketPath, user: 'root', connectTimeout: 2_000 });
    try {
      for (const statement of statements) await connection.query(statement);
    } finally {
      connection.destroy();
    }
  }
}

/** Next to MariaDB, MySQL runs in a chroot with its own libraries. */
function mysqlLayout() {
  const root = join(process.env.GOCHAT_SERVICES_DIR ?? '/var/lib/gochat-services', 'mysql');
  if (isRoot() && existsSync(join(root, 'sbin/mysqld'))) {
    return {
      run: ['chroot', root, 'mysqld'],
      root,
      base: join(root, 'tmp'),
      inside: (path) => join('/tmp', basename(path)),
    };
  }
  const isMySql = has('mysqld') && !/mariadb/i.test(String(spawnSync('mysqld', ['--version']).stdout));
  return isMySql ? { run: ['mysqld'], base: tmpdir(), inside: (path) => path } : null;
}

function run([command, ...args]) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw error ?? new Error(`${command} failed:\n${stdout}\n${stderr}`);
}

const isRoot = () => process.getuid() === 0;
const asUser = (name) => (isRoot() ? [`--user=${name}`] : []);
const changeOwner = (path, { uid, gid }) => chownSync(path, uid, gid);

function ownerOf(user) {
  const id = (flag) => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}
