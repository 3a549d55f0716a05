import type { GoChatClient, Observable, OwnUser } from '@gochat/client';
import { createContext, useContext, useSyncExternalStore } from 'react';

/** The only client of the page. `main.tsx` provides it. */
export const ClientContext = createContext<GoChatClient | null>(null);

/** The user who is logged in. `App` provides it to everything below the log-in. */
export const SelfContext = createContext<OwnUser | null>(null);

/** @throws Error outside of a `ClientContext` */
export function useClient(): GoChatClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('useClient needs a ClientContext');
  return client;
}

/** @throws Error outside of a `SelfContext` */
export function useSelf(): OwnUser {
  const self = useContext(SelfContext);
  if (!self) throw new Error('useSelf needs a SelfContext');
  return self;
}

/** Current value of an observable. The component renders again when it changes. */
export function useValue<T>(value: Observable<T>): T {
  return useSyncExternalStore(value.subscribe, value.getSnapshot);
}
