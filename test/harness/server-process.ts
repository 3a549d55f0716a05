import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const MAIN = 'dist/main.js';
const TIMEOUT_MS = 20_000;

/** Builds `dist` if a source file is newer. */
export function buildIfStale(): void {
  const built = statSync(MAIN, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs);
  if (built >= Math.max(...sources)) return;
  const { status, stdout, stderr } = spawnSync('node', ['scripts/build.mjs', 'server'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}\n${stderr}`);
}

/** A free TCP port. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A GoChat server in a process of its own. */
export class ServerProcess {
  private output = '';
  private errors = '';
  private readonly watchers = new Set<() => void>();
  /** Exit code and signal. Resolves when the process has ended. */
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

  /** Starts the process with only these variables. @param words the script and its arguments; default: the server */
  static spawn(environment: Readonly<Record<string, string>>, words: readonly string[] = [MAIN]): ServerProcess {
    const { PATH = '' } = process.env;
    return new ServerProcess(
      spawn(process.execPath, ['--enable-source-maps', ...words], {
        env: { PATH, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
  }

  /** Starts the server and waits until it is up. */
  static async start(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
    const server = ServerProcess.spawn(environment);
    await server.waitForOutput(/GoChat is up.*\n/);
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

  /** Waits until the output matches. */
  private waitForOutput(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish('in time'), TIMEOUT_MS);
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
