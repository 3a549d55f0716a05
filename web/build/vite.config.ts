import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { precompress } from './precompress.js';
import { serviceWorker } from './service-worker.js';

const api = 'http://localhost:3000';

export default defineConfig({
  plugins: [react(), serviceWorker(), precompress()],
  // Uses the source of the client library, so that it does not have to be built first.
  resolve: { alias: { '@gochat/client': new URL('../../client/src/index.ts', import.meta.url).pathname } },
  build: {
    target: 'es2022',
    // The page loads a single script, so there is nothing to preload.
    modulePreload: false,
    // Data URLs would make the style sheet larger.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: { app: 'index.html', sw: 'worker/sw.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  server: { proxy: { '/api': { target: api, ws: true } } },
});
