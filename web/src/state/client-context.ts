import type { GoChatClient, Observable, OwnUser } from '@gochat/client';
import { createContext, useContext, useSyncExternalStore } from 'react';

/** The client of the page. */
export const ClientContext = createContext<GoChatClient | null>(null);

/** Who is logged in: given to whatever is drawn only for them. */
export const SelfContext = createContext<OwnUser | null>(null);

export function useClient(): GoChatClient {
  const client = useContext(ClientContext);
  if (!client) throw new Error('there is no client around this');
  return client;
}

export function useSelf(): OwnUser {
  const self = useContext(SelfContext);
  if (!self) throw new Error('nobody is logged in here');
  return self;
}

/** The value now, and again whenever it changes. */
export function useValue<T>(value: Observable<T>): T {
  return useSyncExternalStore(value.subscribe, value.getSnapshot);
}
