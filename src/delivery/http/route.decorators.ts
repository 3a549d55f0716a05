import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

import type { ErrorCode } from '../../common/domain-error.js';
import type { RateName } from '../../infrastructure/config/rates.js';
import { addressKey } from '../../infrastructure/rate-limits/address-key.js';
import type { SchemaClass } from '../validation/schemas.js';

/** Extensions of an operation, which `openapi.ts` replaces with parameters, responses and security. */
export const ROUTE_EXTENSION = 'x-route';
export const PUBLIC_EXTENSION = 'x-public';

/** The metadata key that {@link Public} sets. */
export const PUBLIC_KEY = Symbol('public');

/** The metadata key of a route's rate. */
export const RATE_KEY = Symbol('rate');

/** The query, answers, errors and rate of a route. */
export interface RouteDescription {
  /** The class of the query string. */
  readonly query?: SchemaClass;
  /** Status → view; `null` for an answer without a body. */
  readonly answers: Readonly<Record<number, SchemaClass | null>>;
  /** The errors of this route; `openapi.ts` adds those of every route. */
  readonly errors?: readonly ErrorCode[];
  /**
   * The rate that a request is charged to. Default: `anonymous` for a public route, `write` for a method that changes
   * data. `null` charges no rate besides `request`.
   */
  readonly rate?: RateName | null;
}

/** Describes a route for OpenAPI. */
export function Api(
  route: RouteDescription & { readonly summary: string; readonly description?: string },
): MethodDecorator {
  const { summary, description } = route;
  return applyDecorators(
    ApiOperation({ summary, ...(description !== undefined && { description }) }),
    ApiExtension(ROUTE_EXTENSION, route),
    SetMetadata(RATE_KEY, route.rate),
  );
}

/** Marks a route that needs no access token. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(PUBLIC_KEY, true), ApiExtension(PUBLIC_EXTENSION, true));

/** Injects the {@link addressKey} of the client, by which requests without a token are rate-limited. */
export const ClientAddress = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  addressKey(context.switchToHttp().getRequest<FastifyRequest>().ip),
);
