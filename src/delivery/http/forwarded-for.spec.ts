import { afterAll, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyRequest } from 'fastify';

import { clientAddress, trustProxyOption } from './forwarded-for.js';

describe('the client address of a socket and of a REST request', () => {
  const servers = new Map<boolean | number, ReturnType<typeof Fastify>>();
  afterAll(async () => {
    for (const server of servers.values()) await server.close();
  });

  /** The address that Fastify determines for a REST request. */
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
