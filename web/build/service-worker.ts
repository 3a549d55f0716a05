import { createHash } from 'node:crypto';

import type { Plugin } from 'vite';

/** Placeholders in `worker/sw.ts`. */
const FILES = '__PRECACHED_FILES__';
const VERSION = '__PRECACHE_VERSION__';

/** Writes the list of the page's files, and a hash of them as the cache version, into the service worker. */
export function serviceWorker(): Plugin {
  return {
    name: 'gochat:service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('the bundle has no sw.js');
      // The worker is registered as a classic script, which cannot import a chunk shared with the page.
      if (worker.imports.length > 0) throw new Error('the service worker must not import other chunks');
      const files = Object.keys(bundle)
        .filter((name) => name.startsWith('assets/') && !name.endsWith('.map'))
        .sort();
      const page = bundle['index.html'];
      const version = createHash('sha256')
        .update(JSON.stringify(files))
        .update(page?.type === 'asset' ? page.source : '')
        .update(worker.code)
        .digest('hex');
      worker.code = worker.code
        .replace(FILES, files.map((name) => `/${name}`).join(' '))
        .replace(VERSION, version.slice(0, 12));
    },
  };
}
