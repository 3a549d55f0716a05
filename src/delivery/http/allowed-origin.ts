/**
 * Whether a web page of `origin` may call the API: its host is the server's own, or its origin is listed. Requests of
 * native apps have no origin and are allowed.
 * @param allowed origins, or `*` for any
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return true;
  if (host === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  const own = `${page.protocol}//${host}`;
  // `URL` drops the default port of a scheme.
  return URL.canParse(own) && new URL(own).host === page.host && page.host !== '';
}
