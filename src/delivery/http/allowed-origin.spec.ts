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
  ['a sandboxed page, which has no origin to tell', 'null', [], false],
  ['an origin that is none', '://', [], false],
] as const)('a web page may call or not: %s', (_case, origin, allowed, expected) => {
  expect(isAllowedOrigin(origin, 'chat.example', allowed)).toBe(expected);
});

it('a page may not call a server that is addressed without a host', () => {
  expect(isAllowedOrigin('https://chat.example', undefined, [])).toBe(false);
});

it('a page may call its own host, whose default port a proxy spells out', () => {
  expect(isAllowedOrigin('https://chat.example', 'chat.example:443', [])).toBe(true);
  expect(isAllowedOrigin('https://chat.example', 'chat.example:80', [])).toBe(false);
});
