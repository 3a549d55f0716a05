import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { pinned } from './machine.mjs';

/** The command line that runs a script with the current Node. */
export const node = (...script) => [process.execPath, ...script];

/** A child process pinned to one core, with an IPC channel. Its stderr is inherited; its stdout is discarded. */
export class Child {
  #child;
  #ended;

  constructor(core, commandLine, environment = {}) {
    const [command, ...args] = pinned(core, commandLine);
    const { PATH } = process.env;
    this.#child = spawn(command, args, {
      env: { PATH, ...environment },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      serialization: 'advanced',
    });
    this.#ended = once(this.#child, 'exit').then(([code, signal]) => {
      throw new Error(`${commandLine.join(' ')} exited (${signal ?? code})`);
    });
    this.#ended.catch(() => undefined);
  }

  get pid() {
    return this.#child.pid;
  }

  get isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  send(message) {
    this.#child.send(message);
  }

  signal(name) {
    this.#child.kill(name);
  }

  /** @returns the next message from the child @throws when it exits instead */
  async nextMessage() {
    const [message] = await Promise.race([once(this.#child, 'message'), this.#ended]);
    return message;
  }

  /** Sends SIGTERM, and SIGKILL after five seconds. @returns once the process has exited */
  async stop() {
    if (!this.isRunning) return;
    const killTimer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    this.#child.kill('SIGTERM');
    await this.#ended.catch(() => undefined);
    clearTimeout(killTimer);
  }
}

/** A free TCP port on loopback. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
