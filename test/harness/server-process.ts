import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const MAIN = 'dist/main.js';
const PATIENCE_MS = 20_000;

/** Builds `dist` when a source is newer than it. */
export function buildIfStale(): void {
  const built = statSync(MAIN, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  if (built >= Math.max(...sources)) return;
  const { status, stdout, stderr } = spawnSync('node', ['scripts/build.mjs', 'server'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}\n${stderr}`);
}

/** A TCP port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** GoChat as it is run: a process of its own, seen from outside. */
export class ServerProcess {
  private output = '';
  private errors = '';
  private readonly watchers = new Set<() => void>();
  /** The exit code and the signal, once it has ended. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  private constructor(private readonly child: ChildProcess) {
    child.stdout!.on('data', (chunk) => {
      this.output += String(chunk);
      for (const watch of this.watchers) watch();
    });
    child.stderr!.on('data', (chunk) => (this.errors += String(chunk)));
    this.exited = new Promise((resolve) => {
      child.on('close', (code, signal) => {
        resolve({ code, signal });
        for (const watch of this.watchers) watch();
      });
    });
  }

  /** Starts it with these variables and no others. @param words what is run in place of the server, and its arguments */
  static spawn(environment: Readonly<Record<string, string>>, words: readonly string[] = [MAIN]): ServerProcess {
    const { PATH = '' } = process.env;
    return new ServerProcess(
      spawn(process.execPath, ['--enable-source-maps', ...words], {
        env: { PATH, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** Starts it and waits until it says that it is up. */
  static async start(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const server = ServerProcess.spawn(environment);
    await server.says(/GoChat is up.*\n/);
    return server;
  }

  get stdout(): string {
    return this.output;
  }

  get stderr(): string {
    return this.errors;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Waits until its output has that. */
  private says(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish('in time'), PATIENCE_MS);
      const finish = (failure?: string): void => {
        clearTimeout(timer);
        this.watchers.delete(watch);
        if (failure === undefined) resolve();
        else reject(new Error(`the server did not start ${failure}:\n${this.output}\n${this.errors}`));
      };
      const watch = (): void => {
        if (pattern.test(this.output)) finish();
        else if (this.child.exitCode !== null) finish('but ended');
      };
      this.watchers.add(watch);
    });
  }
}
