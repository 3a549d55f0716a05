import type { FastifyInstance } from 'fastify';

const YEAR_SECONDS = 31_536_000;

/**
 * The headers of every response, also of those without a route: helmet's, except the ones for obsolete browsers. They are
 * meant for data: a browser that opens a response as a page runs, loads, frames and caches nothing. The web client and
 * Swagger UI override them (OWASP HTTP Security Response Headers and REST Security Cheat Sheets).
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
 * Sets the headers before any other hook, so that routes can override them. Responses over TLS also carry
 * `strict-transport-security` (RFC 6797 §7.2).
 */
export function addSecurityHeaders(http: FastifyInstance): void {
  http.addHook('onRequest', (request, reply, done) => {
    void reply.headers(request.protocol === 'https' ? OVER_TLS : SECURITY_HEADERS);
    done();
  });
}
