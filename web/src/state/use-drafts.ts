import { useMemo } from 'react';

import { DraftStore } from '../model/drafts.js';
import { useSelf, useValue } from './client-context.js';

const stores = new Map<string, DraftStore>();

/** The drafts of a user. Every call returns the same store. */
export function draftsOf(userId: string): DraftStore {
  const store = stores.get(userId) ?? new DraftStore(localStorage, `gochat:drafts:${userId}`);
  stores.set(userId, store);
  return store;
}

/** The drafts of the user who is logged in. */
export function useDrafts(): DraftStore {
  const { id } = useSelf();
  return useMemo(() => draftsOf(id), [id]);
}

/** All drafts by conversation, for the inbox. */
export function useDraftTexts(): ReturnType<DraftStore['getSnapshot']> {
  return useValue(useDrafts());
}
