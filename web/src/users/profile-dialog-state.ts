import type { Observable } from '@gochat/client';

let shown: string | null = null;
const listeners = new Set<() => void>();

function show(userId: string | null): void {
  shown = userId;
  for (const listener of [...listeners]) listener();
}

/** Id of the user whose profile is open. Names all over the page open the same dialog. */
export const shownProfile: Observable<string | null> = {
  getSnapshot: () => shown,
  subscribe(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

export const showProfile = (userId: string): void => show(userId);
export const hideProfile = (): void => show(null);
