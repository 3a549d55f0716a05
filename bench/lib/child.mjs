import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { pinned } from './machine.mjs';

/** The command that runs a script on this Node. */
export const node = (...script) => [process.execPath, ...script];

/** A child process pinned to one core, optionally with IPC. Its stderr is forwarded. */
export class Child {
  #child;
  #ended;

  constructor(core, words, environment = {}) {
    const [command, ...rest] = pinned(core, words);
    const { PATH } = process.env;
    this.#child = spawn(command, rest, {
      env: { PATH, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`${words.join(' ')} ended (${signal ?? code})`);
    });
    this.#ended.catch(() => undefined);
  }

  get pid() {
    return this.#child.pid;
  }

  get isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  tell(message) {
    this.#child.send(message);
  }

  signal(name) {
    this.#child.kill(name);
  }

  /** The next IPC message. @throws Error if the process exits first */
  async next() {
    const [message] = await Promise.race([once(this.#child, 'message'), this.#ended]);
    return message;
  }

  /** Sends SIGTERM, and SIGKILL after five seconds. */
  async stop() {
    if (!this.isRunning) return;
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    this.#child.kill('SIGTERM');
    await this.#ended.catch(() => undefined);
    clearTimeout(impatience);
  }
}

/** A free TCP port. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
