import { ANY_NPM, npm, rule } from './patterns.mjs';

/** The imports that the client library may have. */
export const clientRules = [
  rule(
    'client-imports-no-server-code',
    'The client library runs in browsers; it shares generated documents with the server, and no code.',
    { path: '^client/src/' },
    { pathNot: ['^client/src/', ANY_NPM] },
  ),
  rule(
    'client-imports-few-packages',
    'Every app pays for the packages of the client library: a socket, typed requests, and promises for IndexedDB.',
    { path: '^client/src/' },
    { path: ANY_NPM, pathNot: npm('socket\\.io-client', 'openapi-fetch', 'idb') },
  ),
  rule(
    'client-model-is-pure',
    'The model decides about sync and outbox by pure functions; the code around it talks to server, store and clock.',
    { path: '^client/src/model/' },
    { pathNot: '^client/src/(model/|(api-types|server-events|public-state|generated/events)\\.ts$)' },
  ),
  rule(
    'only-client-connection-imports-socket-io',
    'Other client code uses commands and events.',
    { path: '^client/src/', pathNot: '^client/src/connection/' },
    { path: npm('socket\\.io-client') },
  ),
];
