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
import { type AuditAction, AuditLog } from './audit-log.js';
import { targetOfPath } from './audit-target.js';
import type { AuthenticatedRequest } from '../http/current-actor.decorator.js';
import { problemOf } from '../errors/problem.js';

/** The metadata key that {@link Audited} sets. @public for the test that asks every route for it */
export const AUDIT_KEY = Symbol('audit');

/** What of a route is audited, and what is known of who comes without a token. */
interface Audit {
  readonly action: AuditAction;
  /** This outcome alone. */
  readonly only?: string;
  /** The session that a body speaks of. */
  readonly sessionOf?: (body: unknown) => string | undefined;
}

/** Puts each use of a route into the audit trail, whatever becomes of it. Who is not let in has not used it. */
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
    signedIn?: Actor,
  ): void {
    if (only !== undefined && only !== outcome) return;
    const { body, headers, id, ip, params, routeOptions, span } = request;
    this.log.note({
      action,
      outcome,
      actor: request.actor ?? signedIn ?? { sessionId: sessionOf?.(body), userId: request.provenUserId },
      login: loginIn(body),
      target: targetOfPath(routeOptions.url ?? '', params as Record<string, string>),
      address: ip,
      userAgent: headers['user-agent'],
      requestId: id,
      traceId: span?.traceId,
    });
  }
}

/** Who has come in by this answer. */
function actorIn(answer: unknown): Actor | undefined {
  const { user, session } = (answer ?? {}) as { user?: { id?: unknown }; session?: { id?: unknown } };
  const [userId, sessionId] = [user?.id, session?.id];
  return typeof userId === 'string' && typeof sessionId === 'string' ? { userId, sessionId } : undefined;
}

/** The name that somebody comes with who has no token. */
function loginIn(body: unknown): string | undefined {
  const { login, username, email } = (body ?? {}) as Record<string, unknown>;
  return [login, username, email].find((name) => typeof name === 'string');
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who has shown who they are without signing in, by what their mailbox got. */
    provenUserId?: string;
  }
}
