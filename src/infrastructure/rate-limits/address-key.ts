import { isIP } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** As some proxies name whom they were asked by. */
const WITH_PORT = /^(?:\[([\da-f:.%]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/i;
/** An address is what a host chooses within this: who has one has 2^64 (RFC 4291 §2.5.1). */
const GROUPS_OF_NETWORK = 4;
const GROUPS = 8;
const MAX_LENGTH = 64;

/**
 * Whom an address stands for where it is counted: an IPv4 address itself, of an IPv6 address its /64.
 * @param address as a proxy may have named it
 */
export function addressKey(address: string): string {
  return keyOf(WITH_PORT.exec(address)?.slice(1).find(Boolean) ?? address);
}

function keyOf(address: string): string {
  const v4 = MAPPED.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  if (isIP(address) !== 6) return address.slice(0, MAX_LENGTH);
  const [head = '', tail] = (address.toLowerCase().split('%', 1)[0] ?? '').split('::');
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = tail === undefined ? 0 : GROUPS - left.length - right.length;
  const all = [...left, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...right];
  return `${all
    .slice(0, GROUPS_OF_NETWORK)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

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

const groups = (part: string): string[] => {
  if (part === '') return [];
  // An embedded IPv4 address stands for two.
  return part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
};
