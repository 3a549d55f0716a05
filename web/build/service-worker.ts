import { createHash } from 'node:crypto';

import type { Plugin } from 'vite';

/** What stands for them in `worker/sw.ts`. */
const FILES = '__PRECACHED_FILES__';
const VERSION = '__PRECACHE_VERSION__';

/** Tells the service worker which files the page is made of, and by their hash that they are others than before. */
export function serviceWorker(): Plugin {
  return {
    name: 'gochat:service-worker',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const worker = bundle['sw.js'];
      if (worker?.type !== 'chunk') throw new Error('there is no service worker to fill in');
      // Registered as a plain script: what it shared with the page would be a module that it cannot load.
      if (worker.imports.length > 0) throw new Error('the service worker must stand alone');
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
