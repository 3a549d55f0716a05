import { useMemo, useSyncExternalStore } from 'react';

import { pathOf, type Route, routeOf } from '../model/route.js';

const listeners = new Set<() => void>();
/** Number of this page's own history entries behind the current one. At 0, `history.back()` would leave GoChat. */
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

/** The current route. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => routeOf(path), [path]);
}

/** Shows a route. `replace` overwrites the current history entry instead of adding one. */
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

/** Goes back in the history, or to `parent` if the page was opened at the current route. */
export function goBack(parent: Route): void {
  if (depth > 0) history.back();
  else navigate(parent, { replace: true });
}
