import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

import type { Env } from '../config/env.js';

/** The DI token of the one pino logger. */
export const LOGGER = Symbol('logger');

/** JSON lines in production, readable lines otherwise. Callers must not log tokens, passwords or message texts. */
export function createLogger({ logLevel, production }: Pick<Env, 'logLevel' | 'production'>): Logger {
  return pino({
    level: logLevel,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    ...(!production && { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', singleLine: true } } }),
  });
}

/** Routes Nest's own messages to the same logger; its start-up messages get level `debug`. */
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
