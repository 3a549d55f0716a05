import './styles/index.css';

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';

import { App } from './app/app.js';
import { ClientContext } from './state/client-context.js';
import { startClient } from './app/start-client.js';
import { applyTheme } from './state/theme.js';

applyTheme();

const root = document.getElementById('root');
if (!root) throw new Error('the page has no root');
const client = await startClient();
createRoot(root).render(
  <StrictMode>
    <ClientContext value={client}>
      <App />
    </ClientContext>
  </StrictMode>,
);

// What the page is made of is kept, so that it opens offline. While developing it changes with every save.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  navigator.serviceWorker.register('/sw.js').catch(() => {
    // Private windows may refuse: everything works, but for a start without a network.
  });
}
