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
  return URL.canParse(origin) && new URL(origin).host === host;
}
