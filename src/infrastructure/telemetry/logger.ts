import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

import type { Env } from '../config/env.js';

/** The DI token of the one pino logger. */
export const LOGGER = Symbol('logger');

/** Structured lines; readable ones outside production. Nothing here ever sees a token, a password or a message's text. */
export function createLogger({ logLevel, production }: Pick<Env, 'logLevel' | 'production'>): Logger {
  return pino({
    level: logLevel,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    ...(!production && { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', singleLine: true } } }),
  });
}

/** Nest's own messages through the same logger, its start-up chatter at `debug`. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...details: unknown[]): void {
    this.logger.error({ err: message instanceof Error ? message : undefined, details }, String(message));
  }
}
