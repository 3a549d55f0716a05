import { useEffect, useState, useSyncExternalStore } from 'react';

import { useClient, useValue } from './client-context.js';

/** Shorter interruptions of the connection are not shown, in milliseconds. */
const RECONNECT_GRACE_MS = 700;

/** Network state for the banner. The browser's own state takes precedence, because a dead socket is detected late. */
export function useNetwork(): 'online' | 'connecting' | 'offline' {
  const { status } = useValue(useClient().connection);
  const hasNetwork = useSyncExternalStore(subscribeToNetwork, () => navigator.onLine);
  const isConnected = hasNetwork && (status === 'online' || status === 'ended');
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(!isConnected), isConnected ? 0 : RECONNECT_GRACE_MS);
    return () => clearTimeout(timer);
  }, [isConnected]);
  if (!hasNetwork) return 'offline';
  return isConnected || !isLate ? 'online' : 'connecting';
}

function subscribeToNetwork(listener: () => void): () => void {
  window.addEventListener('online', listener);
  window.addEventListener('offline', listener);
  return () => {
    window.removeEventListener('online', listener);
    window.removeEventListener('offline', listener);
  };
}
