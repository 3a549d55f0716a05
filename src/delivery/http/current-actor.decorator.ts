import { createParamDecorator, type ExecutionContext } from '@nestjs/common';

import type { Actor } from '../../common/actor.js';

/** A request that the access guard has let through. */
export interface AuthenticatedRequest {
  actor: Actor;
}

/** The {@link Actor} whom the access guard found in the request. */
export const CurrentActor = createParamDecorator(
  (_: unknown, context: ExecutionContext): Actor => context.switchToHttp().getRequest<AuthenticatedRequest>().actor,
);
