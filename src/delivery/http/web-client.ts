import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The output of the web client's build, at the same relative path from `src` and `dist`. */
const BUILT = fileURLToPath(new URL('../../../web/dist', import.meta.url));

const PAGE = 'index.html';
const YEAR_SECONDS = 31_536_000;

/**
 * Content security policy of the page: its own scripts and styles, requests to its own server, no framing. Avatars may be
 * loaded from any host over TLS. `'self'` in `connect-src` includes the websocket of the same host.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: https:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers of pages, which override or extend those of every response. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

/**
 * Serves the web client at `/`: its files, precompressed at build time, and its page for every other navigation, because
 * the page has client-side routes. Paths under `/api` are excluded.
 *
 * @param folder the build; without one, a navigation is answered with the build instructions
 */
export function serveWebClient(http: FastifyInstance, folder = BUILT): void {
  const files = filesOf(folder);
  const hasPage = files.has(PAGE);
  if (hasPage) {
    void http.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, cacheControl: false });
  }
  http.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0]?.slice(1) ?? '';
    if (path === 'api' || path.startsWith('api/')) return notFound(reply);
    const isPage = (path === '' && hasPage) || (!files.has(path) && isClientRoute(path) && isNavigation(request));
    const file = isPage ? PAGE : files.has(path) ? path : null;
    if (file === null) return notFound(reply);
    if (!hasPage) return notBuilt(reply);
    void reply.headers(PAGE_HEADERS);
    // A file with a hash in its name never changes; all others are revalidated on each request.
    const isHashed = file.startsWith('assets/');
    void reply.header('cache-control', isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
    void reply.header('vary', 'accept-encoding');
    return reply.sendFile(file);
  });
}

/** The paths of all files, listed once at start, so that no request can read any other file. */
function filesOf(folder: string): ReadonlySet<string> {
  try {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile() && !/\.(br|gz)$/.test(entry.name))
      .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
    return new Set(names);
  } catch {
    return new Set();
  }
}

/** Client-side routes consist of words and ids. */
const isClientRoute = (path: string): boolean => /^[\w/-]*$/.test(path);

/** Whether a browser opens a page, as opposed to a script that loads a missing file. */
function isNavigation({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') ?? false;
}

/** Answers with the API's 404. */
function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}

function notBuilt(reply: FastifyReply): FastifyReply {
  return reply
    .status(404)
    .type('text/plain; charset=utf-8')
    .send(
      'The web client is not built: run `npm run build`. The API is at /api/v1, its documentation at /api/v1/docs.\n',
    );
}
