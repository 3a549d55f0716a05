import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

import type { ErrorCode } from '../common/domain-error.js';
import { schemaName } from '../common/field.decorators.js';
import { ProblemView } from '../delivery/errors/problem.dto.js';
import { PROBLEMS } from '../delivery/errors/problem.js';
import { PUBLIC_EXTENSION, ROUTE_EXTENSION, type RouteDescription } from '../delivery/http/route.decorators.js';
import { type JsonSchema, reference, type SchemaClass, schemas, schemasFor } from '../delivery/validation/schemas.js';

const DESCRIPTION = `A mobile-first chat backend. Errors are RFC 9457 problem details; switch on \`code\`. Lists accept
\`limit\` and \`cursor\`, and return \`items\` and \`nextCursor\`. Times are RFC 3339 in UTC with milliseconds.
Version 1 only adds fields: ignore fields that you do not know.`;

const ALWAYS: readonly ErrorCode[] = ['malformed_request', 'internal', 'unavailable'];
const WITH_TOKEN: readonly ErrorCode[] = ['unauthenticated', 'token_expired', 'session_revoked'];
const LIMITED: readonly ErrorCode[] = ['rate_limited'];
/** Other methods than GET: Fastify reads a body even when the route needs none. */
const UNLESS_GET: readonly ErrorCode[] = ['payload_too_large', 'unsupported_media_type'];

/** Tags and operation ids are part of the published API, so they keep the names of controllers renamed since. */
const PUBLISHED_NAMES: Readonly<Record<string, string>> = { ClientConfig: 'Limits', MemberState: 'OwnState' };

interface Operation {
  tags?: readonly string[];
  parameters?: readonly { in?: string; name?: string }[];
  responses: Record<string, object>;
  security?: object[];
  [ROUTE_EXTENSION]?: RouteDescription;
  [PUBLIC_EXTENSION]?: boolean;
}

/** The OpenAPI 3.1 document, generated from the routes and the schemas that validate them. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('GoChat')
    .setVersion('1')
    .setDescription(DESCRIPTION)
    .addBearerAuth()
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    operationIdFactory: (controller, method) =>
      `${publishedName(controller.replace(/Controller$/, '')).toLowerCase()}.${method}`,
  });
  const paths = Object.entries(document.paths).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [, path] of paths) {
    for (const [method, operation] of Object.entries(path as Record<string, Operation>)) complete(method, operation);
  }
  return {
    ...document,
    paths: Object.fromEntries(paths),
    components: { ...document.components, schemas: schemasFor(document.paths) },
  };
}

/** Swagger UI loads its own files and sends requests to this server. It needs inline styles and `data:` icons. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Serves `openapi.json`, and Swagger UI at `docs`. */
export function serveDocs(app: NestFastifyApplication, prefix: string): void {
  const page = `/${prefix}/docs`;
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (request.url.startsWith(page)) void reply.header('content-security-policy', POLICY);
      done();
    });
  SwaggerModule.setup(`${prefix}/docs`, app, () => openApiDocument(app), {
    jsonDocumentUrl: `${prefix}/openapi.json`,
    raw: ['json'],
    customSiteTitle: 'GoChat API',
  });
}

/** Replaces a route's extensions by parameters, security and responses, and adds the errors of every route. */
function complete(method: string, operation: Operation): void {
  const route = operation[ROUTE_EXTENSION] ?? { answers: {} };
  const isPublic = operation[PUBLIC_EXTENSION] === true;
  const path = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
  const codes = [
    ...(route.errors ?? []),
    ...(isPublic ? [] : WITH_TOKEN),
    ...(method === 'get' ? [] : UNLESS_GET),
    ...(isPublic && route.rate === null ? [] : LIMITED),
    ...ALWAYS,
  ];
  operation.parameters = [
    ...path.map((parameter) => ({ ...parameter, schema: pathSchema(parameter.name ?? '') })),
    ...(route.query ? queryParameters(route.query) : []),
  ];
  if (operation.tags) operation.tags = operation.tags.map(publishedName);
  operation.security = isPublic ? [] : [{ bearer: [] }];
  operation.responses = { ...problemResponses(codes), ...answerResponses(route.answers) };
  delete operation[ROUTE_EXTENSION];
  delete operation[PUBLIC_EXTENSION];
}

const publishedName = (controller: string): string => PUBLISHED_NAMES[controller] ?? controller;

/** Path parameters named `id` or `…Id` are UUIDs. */
const pathSchema = (name: string): JsonSchema =>
  /id$/i.test(name) ? { type: 'string', format: 'uuid' } : { type: 'string' };

function answerResponses(answers: RouteDescription['answers']): Record<string, object> {
  return Object.fromEntries(
    Object.entries(answers).map(([status, view]) => [
      status,
      view === null
        ? { description: 'Done.' }
        : { description: 'Success.', content: { 'application/json': { schema: reference(view) } } },
    ]),
  );
}

/** One response per status, which lists the codes that share it. */
function problemResponses(codes: readonly ErrorCode[]): Record<string, object> {
  const meanings = new Map<number, string[]>();
  for (const code of new Set(codes)) {
    const { status, meaning } = PROBLEMS[code];
    meanings.set(status, [...(meanings.get(status) ?? []), `\`${code}\`: ${meaning}`]);
  }
  return Object.fromEntries(
    Array.from(meanings, ([status, lines]) => [
      status,
      {
        description: lines.join('\n\n'),
        content: { 'application/problem+json': { schema: reference(ProblemView) } },
      },
    ]),
  );
}

function queryParameters(type: SchemaClass): { in: string }[] {
  const schema = schemas()[schemaName(type.name)] as { properties?: Record<string, JsonSchema>; required?: string[] };
  return Object.entries(schema.properties ?? {}).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    required: (schema.required ?? []).includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
  }));
}
