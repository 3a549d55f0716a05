import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';

import type { FastifyInstance } from 'fastify';

import { DomainError } from '../../common/domain-error.js';
import type { Env } from '../../infrastructure/config/env.js';
import type { Metrics } from '../../infrastructure/telemetry/metrics.js';
import { sendProblem } from '../errors/problem.filter.js';

/** The text format of Prometheus. */
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * `GET /metrics` beside the API, for whoever brings `METRICS_TOKEN`; without one, or where the metrics have a port of
 * their own, there is nothing at that path. Who brings no token, or another, is `unauthenticated`, not told that there is
 * nothing: that the path exists is no secret, and whoever sets up the scraping has to see what is wrong.
 */
export function serveMetrics(http: FastifyInstance, { metricsPort, metricsToken }: Env, metrics: Metrics): void {
  if (metricsToken === null || metricsPort !== null) return;
  http.get('/metrics', async (request, reply) => {
    if (!isAuthorised(request.headers.authorization, metricsToken)) {
      sendProblem(reply, new DomainError('unauthenticated', 'The token of the metrics is required.'), request.id);
      return reply;
    }
    return reply
      .header('cache-control', 'no-store')
      .type(CONTENT_TYPE)
      .send(await metrics.text());
  });
}

/** A listener that serves the metrics and nothing else, to be started; null unless `METRICS_PORT` names its port. */
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

/** Compares hashes, of one length, in a time that tells nothing of either. */
function isAuthorised(authorization: string | undefined, token: string): boolean {
  return timingSafeEqual(hash(authorization ?? ''), hash(`Bearer ${token}`));
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
