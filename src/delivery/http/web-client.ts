import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Where `npm run build` puts the web client, beside the source and beside the build alike. */
const BUILT = fileURLToPath(new URL('../../../web/dist', import.meta.url));

const PAGE = 'index.html';
const YEAR_SECONDS = 31_536_000;

/**
 * The page runs its own scripts and styles and nothing else, talks to its own server, and is framed by nobody. Pictures of
 * people may come from anywhere, over TLS. `'self'` is the socket too: its scheme is another, its host the same.
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

/** What a page has beside the headers of every answer. */
const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': POLICY,
  'origin-agent-cluster': '?1',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
};

/**
 * Serves the web client at `/`: its files as they were compressed at build time, and its page for every other address
 * that somebody opens and that names no file, as the page knows its own places. Whatever is under `/api` is none of it.
 *
 * @param folder the build; where there is none, who opens the page is told how to make one
 */
export function serveWebClient(http: FastifyInstance, folder = BUILT): void {
  const files = filesOf(folder);
  const hasPage = files.has(PAGE);
  if (hasPage) {
    void http.register(fastifyStatic, { root: folder, serve: false, preCompressed: true, cacheControl: false });
  }
  http.get('/*', (request, reply) => {
    const path = request.url.split('?', 1)[0]?.slice(1) ?? '';
    if (path === 'api' || path.startsWith('api/')) return nothing(reply);
    const isPage = (path === '' && hasPage) || (!files.has(path) && isPlace(path) && asksForPage(request));
    const file = isPage ? PAGE : files.has(path) ? path : null;
    if (file === null) return nothing(reply);
    if (!hasPage) return notBuilt(reply);
    void reply.headers(PAGE_HEADERS);
    // A name with a hash in it never means anything else; everything else is asked for each time.
    const isHashed = file.startsWith('assets/');
    void reply.header('cache-control', isHashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
    void reply.header('vary', 'accept-encoding');
    return reply.sendFile(file);
  });
}

/** What there is, by the path that names it; known from the start, so that no request reaches for anything else. */
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

/** The page's places are words and ids. */
const isPlace = (path: string): boolean => /^[\w/-]*$/.test(path);

/** Somebody opens an address, rather than a script a file that is gone. */
function asksForPage({ headers }: FastifyRequest): boolean {
  return headers.accept?.includes('text/html') ?? false;
}

/** The answer of the API: there is nothing at this path. */
function nothing(reply: FastifyReply): FastifyReply {
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
