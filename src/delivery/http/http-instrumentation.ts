import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Metrics } from '../../infrastructure/telemetry/metrics.js';
import type { Telemetry } from '../../infrastructure/telemetry/telemetry.js';
import type { Span, Tracing } from '../../infrastructure/telemetry/tracing.js';

/** The methods that routes have; what else HTTP knows is one to the metrics. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** Asked every few seconds by machines: nobody looks for them in a trace. */
const UNTRACED = /^\/(metrics|api\/v1\/health(\/\w+)?)$/;

/** Times and traces the requests that reach Fastify: those of Socket.IO do not, nor does what is no HTTP. */
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
  // Not before: what reads the body comes from the connection, and from no request.
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
    /** Of its trace, where there is one. */
    span?: Span;
  }
}
