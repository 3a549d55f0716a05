/** A page of the web client. */
export type Route =
  | { readonly name: 'inbox' }
  | { readonly name: 'archive' }
  | { readonly name: 'conversation'; readonly id: string; readonly isInfo: boolean }
  | { readonly name: 'discover' }
  | { readonly name: 'settings' }
  | { readonly name: 'reset-password' }
  | { readonly name: 'verify-email' };

const CONVERSATION = /^\/c\/([0-9a-f-]{36})(\/info)?$/;

/** Route of a path. An unknown path is the inbox. */
export function routeOf(path: string): Route {
  const [, id, info] = CONVERSATION.exec(path) ?? [];
  if (id !== undefined) return { name: 'conversation', id, isInfo: info !== undefined };
  if (path === '/discover') return { name: 'discover' };
  if (path === '/settings') return { name: 'settings' };
  if (path === '/archive') return { name: 'archive' };
  if (path === '/reset-password') return { name: 'reset-password' };
  if (path === '/verify-email') return { name: 'verify-email' };
  return { name: 'inbox' };
}

export function pathOf(route: Route): string {
  switch (route.name) {
    case 'conversation':
      return `/c/${route.id}${route.isInfo ? '/info' : ''}`;
    case 'inbox':
      return '/';
    case 'archive':
    case 'discover':
    case 'settings':
    case 'reset-password':
    case 'verify-email':
      return `/${route.name}`;
  }
}
