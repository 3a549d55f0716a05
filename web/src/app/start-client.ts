import { GoChatClient, IndexedDbStore, type LocalStore, WebTokenStore } from '@gochat/client';

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

/** Pages without TLS, such as one on a local network, have no `randomUUID`. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
