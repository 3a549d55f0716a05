import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';

import type { RateName } from '../../infrastructure/config/rates.js';
import { addressKey } from '../../infrastructure/rate-limits/address-key.js';
import { RateLimiter } from '../../infrastructure/rate-limits/rate-limiter.js';
import type { AuthenticatedRequest } from './current-actor.decorator.js';
import { PUBLIC_KEY, RATE_KEY } from './route.decorators.js';

/** Charges a request to the user, or to the client's address on a public route. It runs after `JwtAuthGuard`. */
@Injectable()
export class RateLimitGuard implements CanActivate {
  constructor(
    private readonly limits: RateLimiter,
    private readonly reflector: Reflector,
  ) {}

  /** @throws DomainError `rate_limited` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest & AuthenticatedRequest>();
    const handler = context.getHandler();
    const rate = this.reflector.get<RateName | null | undefined>(RATE_KEY, handler);
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_KEY, [handler, context.getClass()])) {
      if (rate !== null) this.limits.charge(rate ?? 'anonymous', addressKey(request.ip));
      return true;
    }
    const { userId } = request.actor;
    this.limits.charge('request', userId);
    const own = rate === undefined ? defaultRate(request.method) : rate;
    if (own) this.limits.charge(own, userId);
    return true;
  }
}

const defaultRate = (method: string): RateName | null => (method === 'GET' || method === 'HEAD' ? null : 'write');
