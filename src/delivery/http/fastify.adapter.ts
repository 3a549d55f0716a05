import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';

import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import { DomainError } from '../../common/domain-error.js';
import type { Env } from '../../infrastructure/config/env.js';
import type { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import { sendProblem } from '../errors/problem.filter.js';
import { problemOf } from '../errors/problem.js';
import type { AuthenticatedRequest } from './current-actor.decorator.js';
import { trustProxyOption } from './forwarded-for.js';
import { instrumentHttp } from './http-instrumentation.js';
import type { RouteTable } from './route-table.js';
import { SECURITY_HEADERS, addSecurityHeaders } from './security-headers.js';
import { hasUnreadBody } from './unread-body.js';

/** Larger than any valid body; the largest is a sync of 5,000 conversations. */
const MAX_BODY_BYTES = 262_144;

/** Fastify, configured for JSON only, one log line per request, and problem details for errors at every level. */
export function httpAdapter(env: Env, log: Logger, routes: RouteTable, telemetry: Telemetry): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    // Fits the longest emoji, percent-encoded.
    routerOptions: { maxParamLength: 256 },
    trustProxy: trustProxyOption(env.trustProxy),
    // Longer than the 60 s of common proxies, which must not reuse a connection that this server has just closed.
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    // Closes connections that send their headers slowly or not at all (slowloris).
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
  let hasWarned = env.trustProxy !== false;
  http.addHook('onRequest', (request, reply, done) => {
    if (!hasWarned && request.headers['x-forwarded-for'] !== undefined) {
      hasWarned = true;
      log.warn('http: X-Forwarded-For ignored; set TRUST_PROXY, or all clients behind the proxy share one rate limit');
    }
    void reply.header('x-request-id', request.id);
    // The CORS plugin answers every OPTIONS request, with plain text if it is no preflight; those become 404 here.
    const isPreflight = request.headers.origin && request.headers['access-control-request-method'];
    const isStray = request.method === 'OPTIONS' && !isPreflight;
    done(isStray ? Object.assign(new Error('no such route'), { statusCode: 404 }) : undefined);
  });
  http.addHook('onSend', (request, reply, payload, done) => {
    // While the server closes, an idle keep-alive connection would delay the shutdown.
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
  // `RateLimiter` reports a reached limit once per window; further refusals must not flood the log.
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

function acceptJsonOnly(http: FastifyInstance): void {
  http.removeAllContentTypeParsers();
  const parse = http.getDefaultJsonParser('error', 'error');
  http.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    // Many clients send the content type on every request, also without a body.
    if (body === '') done(null, undefined);
    else void parse(request, body as string, done);
  });
}

/** Answers a malformed HTTP request, which never reaches a route. */
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
