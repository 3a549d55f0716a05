import { useMemo } from 'react';

import { DraftStore } from '../model/drafts.js';
import { useSelf, useValue } from './client-context.js';

const stores = new Map<string, DraftStore>();

/** The drafts of a user: one store, whoever asks. */
export function draftsOf(userId: string): DraftStore {
  const store = stores.get(userId) ?? new DraftStore(localStorage, `gochat:drafts:${userId}`);
  stores.set(userId, store);
  return store;
}

export function useDrafts(): DraftStore {
  const { id } = useSelf();
  return useMemo(() => draftsOf(id), [id]);
}

/** The drafts as the inbox shows them. */
export function useDraftTexts(): ReturnType<DraftStore['getSnapshot']> {
  return useValue(useDrafts());
}
