import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

import { createConnection } from 'mysql2/promise';

import { freePort } from './server-process.js';
import { waitFor } from '../support/wait-for.js';

const USER = userInfo().username;

/** A MariaDB of a test's own, in a temporary folder, which it may stop, kill and start again. */
export class DatabaseProcess {
  private child!: ChildProcess;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** Makes an empty database and starts the server on it. Wants `mariadbd` and `mariadb-install-db` in the path. */
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
    // The server's user is no administrator: read_only counts for it.
    await database.run("CREATE USER gochat@'%' IDENTIFIED BY 'gochat'");
    await database.run("GRANT ALL ON gochat.* TO gochat@'%'");
    return database;
  }

  get url(): string {
    return `mysql://gochat:gochat@127.0.0.1:${this.port}/gochat`;
  }

  /** Starts it, on what was there when it ended. @returns when it takes connections */
  async start(): Promise<void> {
    const log = join(this.folder, 'log');
    this.child = spawn('mariadbd', [
      '--no-defaults',
      ...[`--datadir=${this.folder}/data`, `--socket=${this.folder}/socket`, `--user=${USER}`, `--log-error=${log}`],
      ...['--bind-address=127.0.0.1', `--port=${this.port}`, '--skip-name-resolve', '--innodb-buffer-pool-size=32M'],
    ]);
    await waitFor('MariaDB takes connections', async () => {
      if (this.child.exitCode !== null) throw new Error(`mariadbd ended: ${readFileSync(log, 'utf8')}`);
      return this.run('SELECT 1').then(
        () => true,
        () => false,
      );
    });
  }

  /** As an administrator. */
  async run(statement: string): Promise<unknown> {
    const connection = await createConnection(`mysql://root@127.0.0.1:${this.port}/`);
    try {
      return (await connection.query(statement))[0];
    } finally {
      await connection.end();
    }
  }

  /** It does nothing any more, and holds on to everything. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** @returns when it is gone */
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
