import { randomUUID } from 'node:crypto';

import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from 'pino';

import { DomainError } from '../../common/domain-error.js';
import { AuditLog } from '../../delivery/audit/audit-log.js';
import { targetOfCommand } from '../../delivery/audit/audit-target.js';
import { problemOf } from '../../delivery/errors/problem.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import { CommandRateLimiter } from './command-rate-limiter.js';
import type { Command } from './command.js';
import { Commands } from './commands.js';
import type { ChatSocket } from './socket-types.js';

/** The result of a command, for the log, the metrics and the audit trail. */
interface Outcome {
  readonly requestId: string;
  readonly traceId: string | undefined;
  readonly code: string;
  readonly started: number;
}

type Acknowledge = (answer: object) => void;

/** When to repeat a command that was rejected during a shutdown, on a new connection. */
const DRAINING_RETRY_MS = 1_000;

/**
 * Executes the commands of all sockets: charges the rate limits, validates, calls the use case, maps errors to problems and
 * acknowledges. `ChatGateway` calls `dispatch` for every event that a client emits. Every command is acknowledged, with a
 * result or with an error.
 */
@Injectable()
export class CommandDispatcher {
  private inProgress = 0;
  private onIdle: (() => void) | undefined;
  private isDraining = false;

  constructor(
    private readonly commands: Commands,
    private readonly rateLimiter: CommandRateLimiter,
    private readonly telemetry: Telemetry,
    private readonly audit: AuditLog,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  /** Executes one command. @param args as emitted: the payload, and the acknowledgement function if there is one. Never throws */
  async dispatch(socket: ChatSocket, name: string, args: unknown[]): Promise<void> {
    const started = performance.now();
    const requestId = randomUUID();
    const command = this.commands.find(name);
    const span = this.telemetry.tracing.command(labelOf(command));
    const last = args.at(-1);
    const acknowledge = typeof last === 'function' ? (args.pop() as Acknowledge) : undefined;
    let code = 'ok';
    this.inProgress++;
    this.rateLimiter.begin(socket);
    try {
      // Not inside the call below: without an acknowledgement function, optional chaining would skip the command.
      const data = await span.within(() => this.execute(socket, command, args));
      acknowledge?.({ ok: true, data });
    } catch (error) {
      const problem = problemOf(error, requestId);
      code = problem.code;
      const { traceId } = span;
      if (code === 'internal') this.log.error({ err: error, requestId, traceId, event: name }, 'command failed');
      acknowledge?.({ ok: false, error: problem });
      if (code === 'rate_limited') this.rateLimiter.recordRejection(socket);
    } finally {
      this.rateLimiter.end(socket);
      this.inProgress--;
      span.end(code);
      if (this.inProgress === 0) this.onIdle?.();
    }
    this.record(socket, name, command, args[0], { requestId, traceId: span.traceId, code, started });
  }

  /**
   * Rejects all later commands with `unavailable`. `ConnectionDrainer` calls it at shutdown.
   * @returns a promise that resolves when the commands in progress have ended
   */
  drain(): Promise<void> {
    this.isDraining = true;
    if (this.inProgress === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.onIdle = resolve;
    });
  }

  private execute(socket: ChatSocket, command: Command | undefined, args: readonly unknown[]): Promise<object> {
    if (this.isDraining) {
      throw new DomainError('unavailable', 'This server is shutting down.', { retryAfterMs: DRAINING_RETRY_MS });
    }
    this.rateLimiter.charge(socket, command?.rate ?? null);
    if (!command) throw new DomainError('not_found', 'Unknown command.');
    if (args.length > 1) throw new DomainError('validation_failed', 'Send one object per command.', { errors: [] });
    return command.execute(socket, args.length === 0 ? {} : args[0]);
  }

  /** Writes the metrics, the audit trail and the log line of a command. */
  private record(
    { data: { actor, address } }: ChatSocket,
    name: string,
    command: Command | undefined,
    payload: unknown,
    { requestId, traceId, code, started }: Outcome,
  ): void {
    this.telemetry.metrics.command(labelOf(command), code, started);
    const action = command?.audit;
    if (action && code !== 'rate_limited') {
      const target = targetOfCommand(name, payload);
      this.audit.note({ action, outcome: code, actor, target, address, requestId, traceId });
    }
    // Rejections for a rate limit are logged at `debug`: a flooding client must not fill the log. The limiter logs the first.
    const level = code === 'ok' || code === 'rate_limited' ? 'debug' : 'info';
    if (!this.log.isLevelEnabled(level)) return;
    const { userId, sessionId } = actor;
    const durationMs = Math.round((performance.now() - started) * 100) / 100;
    this.log[level]({ requestId, traceId, event: name.slice(0, 64), userId, sessionId, code, durationMs }, 'command');
  }
}

/** The name of the command in metrics and spans. A bounded set: clients can emit any name. */
const labelOf = (command: Command | undefined): string => command?.name ?? 'unknown';
