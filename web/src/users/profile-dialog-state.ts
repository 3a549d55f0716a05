import type { Observable } from '@gochat/client';

let shown: string | null = null;
const listeners = new Set<() => void>();

function show(userId: string | null): void {
  shown = userId;
  for (const listener of [...listeners]) listener();
}

/** Whose profile is open: names are everywhere, the dialog is one. */
export const shownProfile: Observable<string | null> = {
  getSnapshot: () => shown,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export const showProfile = (userId: string): void => show(userId);
export const hideProfile = (): void => show(null);
