import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';

import type { FastifyInstance } from 'fastify';

import { DomainError } from '../../common/domain-error.js';
import type { Env } from '../../infrastructure/config/env.js';
import type { Metrics } from '../../infrastructure/telemetry/metrics.js';
import { sendProblem } from '../errors/problem.filter.js';

/** The Prometheus text format. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * Serves `GET /metrics` on the port of the API, to requests with `METRICS_TOKEN`. The route does not exist if the token is
 * unset or if `METRICS_PORT` is set. A wrong token is answered with `unauthenticated` rather than `not_found`: the path is
 * no secret, and the operator needs to see the cause.
 */
export function serveMetrics(http: FastifyInstance, { metricsPort, metricsToken }: Env, metrics: Metrics): void {
  if (metricsToken === null || metricsPort !== null) return;
  http.get('/metrics', async (request, reply) => {
    if (!isAuthorised(request.headers.authorization, metricsToken)) {
      sendProblem(reply, new DomainError('unauthenticated', 'Send METRICS_TOKEN as a bearer token.'), request.id);
      return reply;
    }
    return reply
      .header('cache-control', 'no-store')
      .type(CONTENT_TYPE)
      .send(await metrics.text());
  });
}

/** Creates a server for `/metrics` alone, which the caller starts; null unless `METRICS_PORT` is set. */
export function metricsServer({ metricsPort, metricsToken }: Env, metrics: Metrics): Server | null {
  if (metricsPort === null) return null;
  return createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    if (metricsToken !== null && !isAuthorised(request.headers.authorization, metricsToken)) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': CONTENT_TYPE }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}

/** Compares hashes of equal length in constant time. */
function isAuthorised(authorization: string | undefined, token: string): boolean {
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${token}`));
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
