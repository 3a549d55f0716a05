import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { DomainError } from '../../common/domain-error.js';
import { AuditLog } from '../../delivery/audit/audit-log.js';
import { targetOfCommand } from '../../delivery/audit/audit-target.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { problemOf } from '../../delivery/errors/problem.js';
import { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import type { ChatSocket } from './socket-types.js';
import { Commands } from './commands.js';
import { CommandRateLimiter } from './command-rate-limiter.js';

/** What became of a command. */
interface Outcome {
  readonly requestId: string;
  readonly traceId: string | undefined;
  readonly code: string;
  readonly started: number;
}

type Acknowledge = (answer: object) => void;

/** Runs the commands of sockets: validates, calls, acknowledges, and maps errors. No acknowledgement stays away. */
@Injectable()
export class CommandDispatcher {
  private running = 0;
  private whenIdle: (() => void) | undefined;
  private draining = false;

  constructor(
    private readonly commands: Commands,
    private readonly pace: CommandRateLimiter,
    private readonly telemetry: Telemetry,
    private readonly audit: AuditLog,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Runs what a client emitted. Never throws. */
  async dispatch(socket: ChatSocket, name: string, args: unknown[]): Promise<void> {
    const started = performance.now();
    const requestId = randomUUID();
    const span = this.telemetry.tracing.command(this.known(name));
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (args.pop() as Acknowledge) : undefined;
    let code = 'ok';
    this.running++;
    this.pace.begin(socket);
    try {
      // Apart from the call: optional chaining would not run what nobody wants acknowledged.
      const data = await span.within(() => this.run(socket, name, args));
      acknowledge?.({ ok: true, data });
    } catch (error) {
      const problem = problemOf(error, requestId);
      code = problem.code;
      const { traceId } = span;
      if (code === 'internal') this.log.error({ err: error, requestId, traceId, event: name }, 'command failed');
      acknowledge?.({ ok: false, error: problem });
      if (code === 'rate_limited') this.pace.recordRejection(socket);
    } finally {
      this.pace.end(socket);
      this.running--;
      span.end(code);
      if (this.running === 0) this.whenIdle?.();
    }
    this.record(socket, name, args[0], { requestId, traceId: span.traceId, code, started });
  }

  /** Takes no more commands. @returns when those that run have ended */
  drain(): Promise<void> {
    this.draining = true;
    if (this.running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenIdle = resolve;
    });
  }

  private record(
    { data: { actor, address } }: ChatSocket,
    name: string,
    payload: unknown,
    { requestId, traceId, code, started }: Outcome,
  ): void {
    this.telemetry.metrics.command(this.known(name), code, started);
    const action = this.commands.table.get(name)?.audit;
    if (action && code !== 'rate_limited') {
      const target = targetOfCommand(name, payload);
      this.audit.note({ action, outcome: code, actor, target, address, requestId, traceId });
    }
    // That somebody has reached a limit is told once: who goes on asking shall not fill the log.
    const level = code === 'ok' || code === 'rate_limited' ? 'debug' : 'info';
    if (!this.log.isLevelEnabled(level)) return;
    const { userId, sessionId } = actor;
    const durationMs = Math.round((performance.now() - started) * 100) / 100;
    this.log[level]({ requestId, traceId, event: name.slice(0, 64), userId, sessionId, code, durationMs }, 'command');
  }

  /** A name that no client can make up. */
  private known(name: string): string {
    return this.commands.table.has(name) ? name : 'unknown';
  }

  private run(socket: ChatSocket, name: string, args: readonly unknown[]): Promise<object> {
    if (this.draining) throw new DomainError('unavailable', 'This server is shutting down.', { retryAfterMs: 1_000 });
    this.pace.admit(socket, this.commands.table.get(name)?.rate ?? null);
    const { validate, run } = this.commands.get(name);
    if (args.length > 1) throw new DomainError('validation_failed', 'A command takes one object.', { errors: [] });
    return run(socket, validate(args.length === 0 ? {} : args[0]) as never);
  }
}
