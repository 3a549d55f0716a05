import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension, ApiOperation } from '@nestjs/swagger';

import type { ErrorCode } from '../../common/domain-error.js';
import type { RateName } from '../../infrastructure/config/rates.js';
import type { SchemaClass } from '../validation/schemas.js';

/** The extensions that `openapi.ts` replaces by what they stand for. */
export const ROUTE_EXTENSION = 'x-route';
export const PUBLIC_EXTENSION = 'x-public';

/** The metadata key that {@link Public} sets. */
export const PUBLIC_KEY = Symbol('public');

/** The metadata key of a route's rate. */
export const RATE_KEY = Symbol('rate');

/** What a route takes and answers. */
export interface RouteDescription {
  /** The class of the query string. */
  readonly query?: SchemaClass;
  /** Status → view; `null` for an answer without a body. */
  readonly answers: Readonly<Record<number, SchemaClass | null>>;
  /** The errors of this route alone; those of every route are added by `openapi.ts`. */
  readonly errors?: readonly ErrorCode[];
  /**
   * What it is charged as, where that is not `anonymous` for a public route and `write` for a change; `null`: as nothing
   * of its own.
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

/** Lets everybody in: the route needs no access token. */
export const Public = (): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(PUBLIC_KEY, true), ApiExtension(PUBLIC_EXTENSION, true));
