/**
 * The address of who asks, by the rule of Fastify's `trustProxy`, for what does not come by Fastify: the socket's handshake.
 * @param forwardedFor the header `X-Forwarded-For`, to which each proxy adds whom it was asked by
 * @param trustProxy whether that is believed: of all, of none, or of so many of the nearest
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
