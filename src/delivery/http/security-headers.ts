import type { FastifyInstance } from 'fastify';

const YEAR_SECONDS = 31_536_000;

/**
 * On every answer, also on those that no route gives: what helmet says, but for what only browsers of the past read. It is
 * written for data: a browser that opens an answer as a page runs, loads and frames nothing of it, and nobody keeps it.
 * Who serves pages says otherwise where it must (OWASP HTTP Security Response Headers and REST Security Cheat Sheets).
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

const OVER_TLS: Readonly<Record<string, string>> = {
  ...SECURITY_HEADERS,
  'strict-transport-security': `max-age=${YEAR_SECONDS}`,
};

/**
 * Sets them ahead of everything else, so that whoever answers may override them. Where the request came over TLS, TLS is
 * asked for from then on (RFC 6797 §7.2).
 */
export function addSecurityHeaders(http: FastifyInstance): void {
  http.addHook('onRequest', (request, reply, done) => {
    void reply.headers(request.protocol === 'https' ? OVER_TLS : SECURITY_HEADERS);
    done();
  });
}
