import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Metrics } from '../../infrastructure/telemetry/metrics.js';
import type { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import type { Span, Tracing } from '../../infrastructure/telemetry/tracing.js';

/** Methods with a metric label of their own; all others are counted as `other`. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Health checks and scrapes, requested every few seconds, are not traced. */
const UNTRACED = /^\/(metrics|api\/v1\/health(\/\w+)?)$/;

/** Times and traces requests that reach Fastify. Requests of Socket.IO and malformed HTTP do not. */
export function instrumentHttp(http: FastifyInstance, { metrics, tracing }: Telemetry): void {
  if (tracing.isOn) traceRequests(http, tracing);
  if (metrics.isOn) timeRequests(http, metrics);
}

function timeRequests(http: FastifyInstance, metrics: Metrics): void {
  http.addHook('onResponse', ({ method, routeOptions }, reply, done) => {
    const verb = METHODS.has(method) ? method : 'other';
    metrics.request(verb, routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime / 1_000);
    done();
  });
}

function traceRequests(http: FastifyInstance, tracing: Tracing): void {
  http.addHook('onRequest', (request, _reply, done) => {
    const path = pathOf(request);
    if (!UNTRACED.test(path)) {
      const { method, routeOptions, headers } = request;
      const { traceparent } = headers;
      request.span = tracing.request({
        method,
        route: routeOptions.url,
        path,
        traceparent: typeof traceparent === 'string' ? traceparent : undefined,
      });
    }
    done();
  });
  // Not earlier: body parsing runs in the async context of the connection, not of the request.
  http.addHook('preValidation', ({ span }, _reply, done) => {
    if (span) span.within(done);
    else done();
  });
  http.addHook('onResponse', ({ span, problemCode }, reply, done) => {
    span?.end(problemCode ?? 'ok', reply.statusCode);
    done();
  });
}

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set when the request is traced. */
    span?: Span;
  }
}
