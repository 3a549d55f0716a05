import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';

import type { AuthenticatedRequest } from '../delivery/http/current-actor.decorator.js';
import { PUBLIC_KEY } from '../delivery/http/route.decorators.js';
import { JwtStrategy } from './jwt.strategy.js';

/** Allows public routes. On other routes, requires a valid access token and sets `request.actor`. */
@Injectable()
export class JwtAuthGuard implements CanActivate {
  constructor(
    private readonly access: JwtStrategy,
    private readonly reflector: Reflector,
  ) {}

  /** @throws DomainError `unauthenticated`, `token_expired`, `session_revoked` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_KEY, [context.getHandler(), context.getClass()])) {
      return true;
    }
    const request = context.switchToHttp().getRequest<AuthenticatedRequest & { headers: { authorization?: string } }>();
    request.actor = (await this.access.verify(request.headers.authorization)).actor;
    return true;
  }
}
