/**
 * What the link of a mail brought behind `#token=`. It is read once and leaves the address bar before anything is drawn: no
 * history, bookmark or screenshot keeps it.
 */
export const linkToken: string | null = readToken();

function readToken(): string | null {
  const [, token] = /^#token=([\w-]{1,128})$/.exec(location.hash) ?? [];
  if (token === undefined) return null;
  history.replaceState(null, '', location.pathname);
  return token;
}
