/**
 * Whether a web page of `origin` may call: one of our own host, or one on the list. Native apps send no origin.
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
  // A URL leaves out the port that is its scheme's own.
  return URL.canParse(own) && new URL(own).host === page.host && page.host !== '';
}
