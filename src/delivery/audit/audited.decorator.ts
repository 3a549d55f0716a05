import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { type Observable, tap } from 'rxjs';

import type { Actor } from '../../common/actor.js';
import { problemOf } from '../errors/problem.js';
import type { AuthenticatedRequest } from '../http/current-actor.decorator.js';
import { type AuditAction, AuditLog } from './audit-log.js';
import { targetOfPath } from './audit-target.js';

/** The metadata key that {@link Audited} sets. @public for the test that checks every route */
export const AUDIT_KEY = Symbol('audit');

/** The audited action of a route, and how to find the session of a request without an access token. */
interface Audit {
  readonly action: AuditAction;
  /** Audits only this outcome. */
  readonly only?: string;
  /** The session that the body refers to. */
  readonly sessionOf?: (body: unknown) => string | undefined;
}

/** Writes each use of a route to the audit trail, with its outcome. Requests rejected by a guard are not audited. */
export const Audited = (action: AuditAction, more: Omit<Audit, 'action'> = {}): MethodDecorator =>
  applyDecorators(SetMetadata(AUDIT_KEY, { action, ...more } satisfies Audit), UseInterceptors(AuditInterceptor));

@Injectable()
class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly log: AuditLog,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const audit = this.reflector.get<Audit>(AUDIT_KEY, context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest & Partial<AuthenticatedRequest>>();
    return next.handle().pipe(
      tap({
        next: (answer) => this.note(audit, request, 'ok', actorIn(answer)),
        error: (error) => this.note(audit, request, problemOf(error, request.id).code),
      }),
    );
  }

  private note(
    { action, only, sessionOf }: Audit,
    request: FastifyRequest & Partial<AuthenticatedRequest>,
    outcome: string,
    loggedIn?: Actor,
  ): void {
    if (only !== undefined && only !== outcome) return;
    const { body, headers, id, ip, params, routeOptions, span } = request;
    this.log.note({
      action,
      outcome,
      actor: request.actor ?? loggedIn ?? { sessionId: sessionOf?.(body), userId: request.provenUserId },
      login: loginIn(body),
      target: targetOfPath(routeOptions.url ?? '', params as Record<string, string>),
      address: ip,
      userAgent: headers['user-agent'],
      requestId: id,
      traceId: span?.traceId,
    });
  }
}

/** The actor of a session that this answer has created. */
function actorIn(answer: unknown): Actor | undefined {
  const { user, session } = (answer ?? {}) as { user?: { id?: unknown }; session?: { id?: unknown } };
  const [userId, sessionId] = [user?.id, session?.id];
  return typeof userId === 'string' && typeof sessionId === 'string' ? { userId, sessionId } : undefined;
}

/** The login in the body of a request without an access token. */
function loginIn(body: unknown): string | undefined {
  const { login, username, email } = (body ?? {}) as Record<string, unknown>;
  return [login, username, email].find((name) => typeof name === 'string');
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The user authenticated by an e-mailed token instead of a login. */
    provenUserId?: string;
  }
}
