import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

import { precompress } from './precompress.js';
import { serviceWorker } from './service-worker.js';

const api = 'http://localhost:3000';

export default defineConfig({
  plugins: [react(), serviceWorker(), precompress()],
  // The library's source, so that nothing has to be built before.
  resolve: { alias: { '@gochat/client': new URL('../../client/src/index.ts', import.meta.url).pathname } },
  build: {
    target: 'es2022',
    // The page loads one script, and a preload shim would have nothing to do.
    modulePreload: false,
    // A data URL in the style sheet would only make it larger; the policy takes images from our own origin.
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
