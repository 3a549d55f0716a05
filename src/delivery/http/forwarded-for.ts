/**
 * Fastify's `trustProxy` option for `TRUST_PROXY`: trust the nearest `proxies` hops of `X-Forwarded-For`, all, or none.
 * {@link clientAddress} applies the same rule to sockets.
 */
export function trustProxyOption(proxies: boolean | number): boolean | ((address: string, hop: number) => boolean) {
  return typeof proxies === 'number' ? (_, hop) => hop < proxies : proxies;
}

/**
 * The client's address by the rule of {@link trustProxyOption}, for socket handshakes, which do not pass through Fastify.
 * @param remote the address of the TCP peer
 * @param forwardedFor the `X-Forwarded-For` header, to which each proxy appends its peer
 * @param trustProxy how many of the nearest proxies to trust; `true` trusts all, `false` none
 */
export function clientAddress(remote: string, forwardedFor: string | undefined, trustProxy: boolean | number): string {
  if (trustProxy === false || trustProxy === 0 || !forwardedFor) return remote;
  const hops = [
    remote,
    ...forwardedFor
      .split(',')
      .map((hop) => hop.trim())
      .filter(Boolean)
      .reverse(),
  ];
  const furthest = hops.length - 1;
  return hops[trustProxy === true ? furthest : Math.min(trustProxy, furthest)] ?? remote;
}
