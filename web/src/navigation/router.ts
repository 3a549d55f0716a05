import { useMemo, useSyncExternalStore } from 'react';

import { pathOf, type Route, routeOf } from '../model/route.js';

const listeners = new Set<() => void>();
/** How many pages of ours are behind this one: none, and going back would leave. */
let depth = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

window.addEventListener('popstate', () => (depth = Math.max(0, depth - 1)));

/** The place that is shown. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => routeOf(path), [path]);
}

/** Goes to a place; `replace` leaves no way back to where one was. */
export function navigate(route: Route, { replace = false } = {}): void {
  const path = pathOf(route);
  if (path === location.pathname) return;
  if (replace) history.replaceState(null, '', path);
  else {
    depth += 1;
    history.pushState(null, '', path);
  }
  for (const listener of [...listeners]) listener();
}

/** Back to where one came from, or to a place above when one came straight here. */
export function goBack(above: Route): void {
  if (depth > 0) history.back();
  else navigate(above, { replace: true });
}
