import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { addressKey } from '../../infrastructure/rate-limits/address-key.js';

/** Whom the request is counted by where nobody is known yet: see {@link addressKey}. */
export const ClientAddress = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  addressKey(context.switchToHttp().getRequest<FastifyRequest>().ip),
);
