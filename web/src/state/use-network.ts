import { useEffect, useState, useSyncExternalStore } from 'react';

import { useClient, useValue } from './client-context.js';

/** A connection that is gone for less than this, in milliseconds, is no news. */
const RECONNECT_GRACE_MS = 700;

/** Whether there is a connection. What the browser knows comes first: a dead socket takes a while to be noticed. */
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
