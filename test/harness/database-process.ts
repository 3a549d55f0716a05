import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { createConnection } from 'mysql2/promise';

import { waitFor } from '../support/wait-for.js';
import { freePort } from './server-process.js';

const USER = userInfo().username;

/** A MariaDB server of one test, in a temporary folder; the test may stop, kill and restart it. */
export class DatabaseProcess {
  private child!: ChildProcess;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** Creates an empty database and starts the server. Needs `mariadbd` and `mariadb-install-db` in PATH. */
  static async create(): Promise<DatabaseProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'gochat-mariadb-'));
    const { status, stdout, stderr } = spawnSync(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${folder}/data`, `--user=${USER}`, '--auth-root-authentication-method=normal'],
      { encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`mariadb-install-db failed: ${stdout}\n${stderr}`);
    const database = new DatabaseProcess(folder, await freePort());
    await database.start();
    await database.run('CREATE DATABASE gochat CHARACTER SET utf8mb4');
    // Not an administrator, because read_only does not apply to administrators.
    await database.run("CREATE USER gochat@'%' IDENTIFIED BY 'gochat'");
    await database.run("GRANT ALL ON gochat.* TO gochat@'%'");
    return database;
  }

  get url(): string {
    return `mysql://gochat:gochat@127.0.0.1:${this.port}/gochat`;
  }

  /** Starts the server on the existing data. Resolves when it accepts connections. */
  async start(): Promise<void> {
    const log = join(this.folder, 'log');
    this.child = spawn('mariadbd', [
      '--no-defaults',
      ...[`--datadir=${this.folder}/data`, `--socket=${this.folder}/socket`, `--user=${USER}`, `--log-error=${log}`],
      ...['--bind-address=127.0.0.1', `--port=${this.port}`, '--skip-name-resolve', '--innodb-buffer-pool-size=32M'],
    ]);
    await waitFor('MariaDB accepts connections', async () => {
      if (this.child.exitCode !== null) throw new Error(`mariadbd ended: ${readFileSync(log, 'utf8')}`);
      return this.run('SELECT 1').then(
        () => true,
        () => false,
      );
    });
  }

  /** Runs a statement as administrator. */
  async run(statement: string): Promise<unknown> {
    const connection = await createConnection(`mysql://root@127.0.0.1:${this.port}/`);
    try {
      return (await connection.query(statement))[0];
    } finally {
      await connection.end();
    }
  }

  /** Stops the process with its connections open. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Resolves when the process has exited. */
  async kill(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
