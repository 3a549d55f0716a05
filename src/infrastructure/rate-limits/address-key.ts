import { isIP } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;
/** An address with a port, or in brackets, as some proxies write it. */
const WITH_PORT = /^(?:\[([\da-f:.%]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/i;
/** A /64: a host chooses the other 64 bits by itself (RFC 4291 §2.5.1). */
const GROUPS_OF_NETWORK = 4;
const GROUPS = 8;
const MAX_LENGTH = 64;

/**
 * The key by which an address is rate-limited: an IPv4 address itself, an IPv6 address's /64.
 * @param address may carry a port or brackets, as from a proxy
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

const groups = (part: string): string[] => {
  if (part === '') return [];
  // An embedded IPv4 address fills two groups.
  return part.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
};
