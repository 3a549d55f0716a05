import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { DomainError } from '../common/domain-error.js';
import { LOGGER } from '../delivery/logger.js';
import { problemOf } from '../delivery/problem.js';
import { Telemetry } from '../telemetry/telemetry.js';
import type { ChatSocket } from './chat-socket.js';
import { Commands } from './commands.js';

type Acknowledge = (answer: object) => void;

/** Runs the commands of sockets: validates, calls, acknowledges, and maps errors. No acknowledgement stays away. */
@Injectable()
export class Dispatcher {
  private running = 0;
  private whenIdle: (() => void) | undefined;
  private draining = false;

  constructor(
    private readonly commands: Commands,
    private readonly telemetry: Telemetry,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Runs what a client emitted. Never throws. */
  async dispatch(socket: ChatSocket, name: string, args: unknown[]): Promise<void> {
    const started = performance.now();
    const requestId = randomUUID();
    const known = this.commands.table.has(name) ? name : 'unknown';
    const span = this.telemetry.tracing.command(known);
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (args.pop() as Acknowledge) : undefined;
    let code = 'ok';
    this.running++;
    try {
      // Apart from the call: optional chaining would not run what nobody wants acknowledged.
      const data = await span.within(() => this.run(socket, name, args));
      acknowledge?.({ ok: true, data });
    } catch (error) {
      const problem = problemOf(error, requestId);
      code = problem.code;
      if (code === 'internal') {
        this.log.error({ err: error, requestId, traceId: span.traceId, event: name }, 'command failed');
      }
      acknowledge?.({ ok: false, error: problem });
    } finally {
      this.running--;
      span.end(code);
      this.telemetry.metrics.command(known, code, started);
      if (this.running === 0) this.whenIdle?.();
    }
    const level = code === 'ok' ? 'debug' : 'info';
    if (!this.log.isLevelEnabled(level)) return;
    const { userId, sessionId } = socket.data.actor;
    const durationMs = Math.round((performance.now() - started) * 100) / 100;
    const { traceId } = span;
    this.log[level]({ requestId, traceId, event: name.slice(0, 64), userId, sessionId, code, durationMs }, 'command');
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
    const { validate, run } = this.commands.get(name);
    if (args.length > 1) throw new DomainError('validation_failed', 'A command takes one object.', { errors: [] });
    return run(socket, validate(args.length === 0 ? {} : args[0]) as never);
  }
}
