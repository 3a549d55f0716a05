/**
 * The token of an e-mailed link (`#token=…`), or null. It is removed from the address bar before the first render, so that no
 * history entry, bookmark or screenshot contains it.
 */
export const linkToken: string | null = readToken();

function readToken(): string | null {
  const [, token] = /^#token=([\w-]{1,128})$/.exec(location.hash) ?? [];
  if (token === undefined) return null;
  history.replaceState(null, '', location.pathname);
  return token;
}
