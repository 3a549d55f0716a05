import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';

import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import { DomainError } from '../../common/domain-error.js';
import type { Env } from '../../infrastructure/config/env.js';
import type { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import type { AuthenticatedRequest } from './current-actor.decorator.js';
import { problemOf } from '../errors/problem.js';
import { sendProblem } from '../errors/problem.filter.js';
import { RouteTable } from './route-table.js';
import { SECURITY_HEADERS, addSecurityHeaders } from './security-headers.js';
import { hasUnreadBody } from './unread-body.js';
import { instrumentHttp } from './http-instrumentation.js';

/** Larger than any valid body: a sync that names 5,000 conversations. */
const MAX_BODY_BYTES = 262_144;

/** Fastify as GoChat uses it: JSON only, one log line a request, and the contract's error at every level. */
export function httpAdapter(env: Env, log: Logger, routes: RouteTable, telemetry: Telemetry): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    // The longest emoji, percent-encoded.
    routerOptions: { maxParamLength: 256 },
    trustProxy: trustProxyOption(env.trustProxy),
    // Longer than the edge in front keeps an idle connection: it must not reuse one that we just closed.
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    // Who sends a header bit by bit, or none, holds no connection for longer.
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 5_000 },
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
      sendProblem(reply, malformed(), request.id);
      logRequest(log, request, reply);
    },
    clientErrorHandler: refuseBrokenHttp,
  });
  const http: FastifyInstance = adapter.getInstance();
  http.addHook('onRoute', ({ method, url }) => {
    routes.add(method, url);
  });
  addSecurityHeaders(http);
  let isTold = env.trustProxy !== false;
  http.addHook('onRequest', (request, reply, done) => {
    if (!isTold && request.headers['x-forwarded-for'] !== undefined) {
      isTold = true;
      log.warn('X-Forwarded-For is not believed: behind a proxy all clients count as one, unless TRUST_PROXY is set');
    }
    void reply.header('x-request-id', request.id);
    // The CORS plugin answers every OPTIONS, those that are no preflight with a text of its own.
    const isPreflight = request.headers.origin && request.headers['access-control-request-method'];
    const isStray = request.method === 'OPTIONS' && !isPreflight;
    done(isStray ? Object.assign(new Error('no such route'), { statusCode: 404 }) : undefined);
  });
  http.addHook('onSend', (request, reply, payload, done) => {
    // Once the server is closing, nobody would end a connection that falls idle, and the shutdown waits for it.
    if (!http.server.listening || hasUnreadBody(request.raw, MAX_BODY_BYTES)) void reply.header('connection', 'close');
    done(null, payload);
  });
  http.addHook('onResponse', (request, reply, done) => {
    logRequest(log, request, reply);
    done();
  });
  instrumentHttp(http, telemetry);
  acceptJsonOnly(http);
  return adapter;
}

function logRequest(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  const { actor } = request as Partial<AuthenticatedRequest>;
  // That somebody has reached a limit is told once: who goes on asking shall not fill the log.
  log[request.problemCode === 'rate_limited' ? 'debug' : 'info'](
    {
      requestId: request.id,
      traceId: request.span?.traceId,
      method: request.method,
      path: request.url.split('?', 1)[0],
      status: reply.statusCode,
      code: request.problemCode ?? 'ok',
      userId: actor?.userId,
      durationMs: Math.round(reply.elapsedTime * 100) / 100,
    },
    'request',
  );
}

/**
 * Believes the nearest `proxies` hops of `X-Forwarded-For`, all of them, or none; `clientAddress` is the same for sockets.
 * @public for its test
 */
export function trustProxyOption(proxies: boolean | number): boolean | ((address: string, hop: number) => boolean) {
  return typeof proxies === 'number' ? (_, hop) => hop < proxies : proxies;
}

function acceptJsonOnly(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  const parse = http.getDefaultJsonParser('error', 'error');
  http.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients name the type on every request, also where they send nothing.
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}

/** Requests that are not HTTP never reach a route. */
function refuseBrokenHttp(_error: Error, socket: Socket): void {
  if (socket.destroyed || !socket.writable) return;
  const requestId = randomUUID();
  const body = JSON.stringify(problemOf(malformed(), requestId));
  socket.end(
    [
      'HTTP/1.1 400 Bad Request',
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-Id: ${requestId}`,
      ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

const malformed = (): DomainError => new DomainError('malformed_request', 'The request is not well-formed.');
