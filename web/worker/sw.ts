/**
 * Service worker: caches the page and its assets, so that the page opens offline. It never handles `/api/`; the client library
 * stores the messages. Each build has its own cache, so that a page is never combined with the assets of another build.
 */
const FILES = '__PRECACHED_FILES__'.split(' ');
const CACHE = 'gochat-page-__PRECACHE_VERSION__';
const PAGE = '/';

/** Icon and manifest. The page works without them, so installation succeeds even if they cannot be loaded. */
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

/** Cache first: the page opens at once, even if the network is slow. A new build is installed in the background. */
async function cacheFirst(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener('install', (event) => event.waitUntil(install()));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== self.location.origin || pathname.startsWith('/api/')) return;
  if (request.mode === 'navigate') event.respondWith(cacheFirst(PAGE, request));
  else if (FILES.includes(pathname) || EXTRAS.includes(pathname)) event.respondWith(cacheFirst(pathname, request));
});

export {};
