import { GoChatClient, IndexedDbStore, type LocalStore, newId, WebTokenStore } from '@gochat/client';

import { deviceName } from '../model/device.js';

const DEVICE_KEY = 'gochat:device';

/** The client of this page, with what this browser keeps; who is logged in is known once it resolves. */
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

/** Browsers may refuse to keep anything: then what is known lasts as long as the page. */
async function localStore(): Promise<LocalStore | null> {
  try {
    return await IndexedDbStore.open('gochat');
  } catch {
    return null;
  }
}

/** The same for as long as this browser keeps it, so that logging in again replaces the session. */
function deviceId(): string {
  const held = localStorage.getItem(DEVICE_KEY);
  if (held !== null) return held;
  const id = newId();
  localStorage.setItem(DEVICE_KEY, id);
  return id;
}
