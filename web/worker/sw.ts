/**
 * Keeps the page itself, so that it opens without a network; what is said in it is kept by the client library. It never
 * touches `/api/`. Each build has a cache of its own: a page and its files always belong together.
 */
const FILES = '__PRECACHED_FILES__'.split(' ');
const CACHE = 'gochat-page-__PRECACHE_VERSION__';
const PAGE = '/';

/** Icons and manifest: not needed to chat, so a failure of theirs does not keep the page from being kept. */
const EXTRAS = ['/favicon.svg', '/manifest.webmanifest'];

declare const self: ServiceWorkerGlobalScope;

async function install(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...FILES].map((path) => new Request(path, { cache: 'reload' })));
  await Promise.allSettled(EXTRAS.map((path) => cache.add(path)));
  await self.skipWaiting();
}

async function activate(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('gochat-page-') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

/** Kept first: it opens at once, also on a network that only pretends to be one. A new build takes over behind it. */
async function kept(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin || pathname.startsWith('/api/')) return;
  if (request.mode === 'navigate') event.respondWith(kept(PAGE, request));
  else if (FILES.includes(pathname) || EXTRAS.includes(pathname)) event.respondWith(kept(pathname, request));
});

export {};
