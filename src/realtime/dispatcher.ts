import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { DomainError } from '../common/domain-error.js';
import { LOGGER } from '../delivery/logger.js';
import { problemOf } from '../delivery/problem.js';
import type { ChatSocket } from './chat-socket.js';
import { Commands } from './commands.js';
import { Pace } from './pace.js';

type Acknowledge = (answer: object) => void;

/** Runs the commands of sockets: validates, calls, acknowledges, and maps errors. No acknowledgement stays away. */
@Injectable()
export class Dispatcher {
  private running = 0;
  private whenIdle: (() => void) | undefined;
  private draining = false;

  constructor(
    private readonly commands: Commands,
    private readonly pace: Pace,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Runs what a client emitted. Never throws. */
  async dispatch(socket: ChatSocket, name: string, args: unknown[]): Promise<void> {
    const started = performance.now();
    const requestId = randomUUID();
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (args.pop() as Acknowledge) : undefined;
    let code = 'ok';
    this.running++;
    this.pace.begun(socket);
    try {
      // Apart from the call: optional chaining would not run what nobody wants acknowledged.
      const data = await this.run(socket, name, args);
      acknowledge?.({ ok: true, data });
    } catch (error) {
      const problem = problemOf(error, requestId);
      code = problem.code;
      if (code === 'internal') this.log.error({ err: error, requestId, event: name }, 'command failed');
      acknowledge?.({ ok: false, error: problem });
      if (code === 'rate_limited') this.pace.refused(socket);
    } finally {
      this.pace.ended(socket);
      this.running--;
      if (this.running === 0) this.whenIdle?.();
    }
    // That somebody has reached a limit is told once: who goes on asking shall not fill the log.
    const level = code === 'ok' || code === 'rate_limited' ? 'debug' : 'info';
    if (!this.log.isLevelEnabled(level)) return;
    const { userId, sessionId } = socket.data.actor;
    const durationMs = Math.round((performance.now() - started) * 100) / 100;
    this.log[level]({ requestId, event: name.slice(0, 64), userId, sessionId, code, durationMs }, 'command');
  }

  /** Takes no more commands. @returns when those that run have ended */
  drain(): Promise<void> {
    this.draining = true;
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenIdle = resolve;
    });
  }

  private run(socket: ChatSocket, name: string, args: readonly unknown[]): Promise<object> {
    if (this.draining) throw new DomainError('unavailable', 'This server is shutting down.', { retryAfterMs: 1_000 });
    this.pace.admit(socket, this.commands.table.get(name)?.rate ?? null);
    const { validate, run } = this.commands.get(name);
    if (args.length > 1) throw new DomainError('validation_failed', 'A command takes one object.', { errors: [] });
    return run(socket, validate(args.length === 0 ? {} : args[0]) as never);
  }
}
