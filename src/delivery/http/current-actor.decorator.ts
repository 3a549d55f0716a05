import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { Actor } from '../../common/actor.js';

/** A request that `JwtAuthGuard` has authenticated. */
export interface AuthenticatedRequest {
  actor: Actor;
}

/** Injects the {@link Actor} of the request. */
export const CurrentActor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Actor => context.switchToHttp().getRequest<AuthenticatedRequest>().actor,
);
