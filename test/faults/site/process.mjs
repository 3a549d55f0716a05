import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { until } from '../wait.mjs';

const OUTPUT_MAX = 20_000;
const TERMINATE_WITHIN_MS = 15_000;

const running = new Set();
const folders = new Set();

/** Kills all processes and removes all folders. Called on exit. */
export function cleanUp() {
  for (const each of running) each.signal('SIGKILL');
  for (const folder of folders) removeFolder(folder);
}

/** Creates a temporary folder, which `cleanUp` removes. */
export function makeFolder(base = tmpdir()) {
  const folder = mkdtempSync(join(base, 'gochat-faults-'));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder) {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  folders.delete(folder);
}

/** A process that can be stopped, frozen and restarted. */
export class OwnedProcess {
  #child = null;
  #exited = Promise.resolve(null);
  output = '';

  /** @param isReady probes the process; @param environment its variables, besides PATH */
  constructor(name, { command, args, environment = {}, isReady }) {
    this.name = name;
    this.how = { command, args, environment };
    this.isReady = isReady;
  }

  get isRunning() {
    return this.#child !== null;
  }

  /** @throws Error if the process exits, or is not ready in time */
  async start() {
    this.launch();
    await until(`${this.name} is ready`, async () => {
      if (!this.isRunning) throw new Error(`${this.name} ended:\n${this.output}`);
      return this.isReady();
    });
  }

  launch() {
    const { command, args, environment } = this.how;
    const env = { PATH: process.env.PATH, ...environment };
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk) => (this.output = (this.output + String(chunk)).slice(-OUTPUT_MAX));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => keep(error.message));
    this.#child = child;
    running.add(this);
    this.#exited = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        if (this.#child === child) {
          this.#child = null;
          running.delete(this);
        }
        resolve({ code, signal });
      });
    });
  }

  signal(name) {
    this.#child?.kill(name);
  }

  /** SIGKILL. */
  async kill() {
    this.signal('SIGKILL');
    return this.#exited;
  }

  /** SIGTERM, then SIGKILL after `withinMs`. @returns exit code and signal */
  async end(withinMs = TERMINATE_WITHIN_MS) {
    this.signal('SIGCONT');
    this.signal('SIGTERM');
    const timer = setTimeout(() => this.signal('SIGKILL'), withinMs);
    const exit = await this.#exited;
    clearTimeout(timer);
    return exit;
  }
}

/** Whether the command is in PATH. */
export const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

/** A free TCP port. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
