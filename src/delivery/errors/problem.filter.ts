import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
  ServiceUnavailableException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import { DomainError } from '../../common/domain-error.js';
import { LOGGER } from '../../infrastructure/telemetry/logger.js';
import { RouteTable } from '../http/route-table.js';
import { problemOf } from './problem.js';

/** Sends every exception of a route as problem details. Exceptions that are no `DomainError` are bugs and are logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteTable,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (error instanceof ServiceUnavailableException) {
      // The exception of a failed health check contains the report.
      void reply.status(503).send(error.getResponse());
      return;
    }
    const domainError = this.translate(error, request, reply);
    if (!domainError) {
      this.log.error({ err: error, requestId: request.id, traceId: request.span?.traceId }, 'request failed');
    }
    sendProblem(reply, domainError ?? error, request.id);
  }

  /** Maps the framework's exceptions to domain errors; null for a bug. */
  private translate(error: unknown, request: FastifyRequest, reply: FastifyReply): DomainError | null {
    if (error instanceof DomainError) return error;
    const status = error instanceof HttpException ? error.getStatus() : statusOf(error);
    if (status === 404) {
      const allowed = this.routes.methodsOf(request.url);
      if (allowed.length === 0) return new DomainError('not_found', 'There is nothing at this path.');
      void reply.header('allow', allowed.join(', '));
      return new DomainError('method_not_allowed', `This path takes ${allowed.join(', ')}.`);
    }
    if (status === 413) return new DomainError('payload_too_large', 'The body is too large.');
    if (status === 415) return new DomainError('unsupported_media_type', 'The body must be application/json.');
    if (status >= 400 && status < 500) return new DomainError('malformed_request', 'The request is not well-formed.');
    return null;
  }
}

/** Sends problem details with the headers that belong to them: `www-authenticate`, `retry-after`. */
export function sendProblem(reply: FastifyReply, error: unknown, requestId: string): void {
  const problem = problemOf(error, requestId);
  reply.request.problemCode = problem.code;
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  if (problem.retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(problem.retryAfterMs / 1_000));
  void reply.status(problem.status).header('content-type', 'application/problem+json').send(JSON.stringify(problem));
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : 500;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the error in the response, for the log line. */
    problemCode?: string;
  }
}
