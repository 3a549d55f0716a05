import { GoChatClient, IndexedDbStore, type LocalStore, newId, WebTokenStore } from '@gochat/client';

import { deviceName } from '../model/device.js';

const DEVICE_KEY = 'gochat:device';

/** Creates the client of this page with the data stored in this browser. The session is restored once it resolves. */
export async function startClient(): Promise<GoChatClient> {
  const store = await localStore();
  const client = new GoChatClient({
    url: location.origin,
    tokens: new WebTokenStore(localStorage),
    ...(store && { store }),
    device: { id: deviceId(), name: deviceName(navigator.userAgent), platform: 'web' },
    windowSize: 300,
  });
  await client.start();
  return client;
}

/** Returns null if the browser refuses to store data: then messages are kept in memory, as long as the page is open. */
async function localStore(): Promise<LocalStore | null> {
  try {
    return await IndexedDbStore.open('gochat');
  } catch {
    return null;
  }
}

/** The id of this browser. It is stored, so that logging in again replaces the session instead of adding one. */
function deviceId(): string {
  const stored = localStorage.getItem(DEVICE_KEY);
  if (stored !== null) return stored;
  const id = newId();
  localStorage.setItem(DEVICE_KEY, id);
  return id;
}
