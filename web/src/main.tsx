import './styles/index.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app/app.js';
import { ClientContext } from './state/client-context.js';
import { startClient } from './app/start-client.js';
import { applyTheme } from './state/theme.js';

applyTheme();

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root"');
const client = await startClient();
createRoot(root).render(
  <StrictMode>
    <ClientContext value={client}>
      <App />
    </ClientContext>
  </StrictMode>,
);

// The service worker caches the page, so that it opens offline. During development the files change with every save.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('/sw.js').catch(() => {
    // Private windows may refuse to register it: then the page needs a network to start.
  });
}
