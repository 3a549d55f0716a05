import { expect, it } from '@jest/globals';

import { isAllowedOrigin } from './allowed-origin.js';

it.each([
  ['no origin, as of a native app', undefined, [], true],
  ['a page of our own host', 'https://chat.example', [], true],
  ['a page of our own host in development', 'http://chat.example', [], true],
  ['a page of another host', 'https://evil.example', [], false],
  ['a page of a subdomain', 'https://evil.chat.example', [], false],
  ['a page of a host that begins like ours', 'https://chat.example.evil.org', [], false],
  ['a page of another port', 'https://chat.example:8443', [], false],
  ['a page on the list', 'https://app.example', ['https://app.example'], true],
  ['a listed host with another scheme', 'http://app.example', ['https://app.example'], false],
  ['any page, when any may', 'https://evil.example', ['*'], true],
  ['a sandboxed page, whose origin is opaque', 'null', [], false],
  ['an invalid origin', '://', [], false],
] as const)('decides whether a page may call the API: %s', (_case, origin, allowed, expected) => {
  expect(isAllowedOrigin(origin, 'chat.example', allowed)).toBe(expected);
});

it('rejects a page if the request has no Host header', () => {
  expect(isAllowedOrigin('https://chat.example', undefined, [])).toBe(false);
});

it('allows a page of the own host if a proxy adds the default port', () => {
  expect(isAllowedOrigin('https://chat.example', 'chat.example:443', [])).toBe(true);
  expect(isAllowedOrigin('https://chat.example', 'chat.example:80', [])).toBe(false);
});
