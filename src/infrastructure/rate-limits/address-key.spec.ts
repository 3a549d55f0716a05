import { afterAll, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyRequest } from 'fastify';

import { trustProxyOption } from '../../delivery/http/fastify.adapter.js';
import { addressKey, clientAddress } from './address-key.js';

describe('whom an address stands for', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2:ffff::1', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['203.0.113.9:50001', '203.0.113.9'],
    ['[2001:db8:1:2::3]:443', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::3]', '2001:db8:1:2::/64'],
    ['unknown', 'unknown'],
    ['x'.repeat(1_000), 'x'.repeat(64)],
  ])('%s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key);
  });
});

describe('who asks, over the socket as over REST', () => {
  const servers = new Map<boolean | number, ReturnType<typeof Fastify>>();
  afterAll(async () => {
    for (const server of servers.values()) await server.close();
  });

  /** What Fastify, which serves REST, takes for the address. */
  async function overRest(remoteAddress: string, header: string | undefined, trustProxy: boolean | number) {
    const server = servers.get(trustProxy) ?? Fastify({ trustProxy: trustProxyOption(trustProxy) });
    if (!servers.has(trustProxy)) server.get('/', ({ ip }: FastifyRequest) => ip);
    servers.set(trustProxy, server);
    const headers = header === undefined ? {} : { 'x-forwarded-for': header };
    return (await server.inject({ url: '/', remoteAddress, headers })).body;
  }

  it.each([
    [false, undefined, '10.0.0.1'],
    [false, '1.1.1.1', '10.0.0.1'],
    [0, '1.1.1.1', '10.0.0.1'],
    [1, undefined, '10.0.0.1'],
    [1, '', '10.0.0.1'],
    [1, '2.2.2.2', '2.2.2.2'],
    [1, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
    [1, '1.1.1.1,2.2.2.2 ', '2.2.2.2'],
    [2, '1.1.1.1, 2.2.2.2, 3.3.3.3', '2.2.2.2'],
    [3, '2.2.2.2, 3.3.3.3', '2.2.2.2'],
    [true, '1.1.1.1, 2.2.2.2', '1.1.1.1'],
    [true, undefined, '10.0.0.1'],
  ])('with TRUST_PROXY=%s and X-Forwarded-For %j is %s', async (trustProxy, header, address) => {
    expect(clientAddress('10.0.0.1', header, trustProxy)).toBe(address);
    expect(await overRest('10.0.0.1', header, trustProxy)).toBe(address);
  });
});
