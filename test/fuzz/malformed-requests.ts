import fc, { type Arbitrary } from 'fast-check';

import { anyJson, brokenJson, oddJson } from './arbitraries.js';

/** A request that a normal client never sends. */
export interface MalformedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

const METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'PROPFIND',
  'LOCK',
  'PURGE',
  'QUERY',
  'BREW',
];
const MANGLED = [(path: string) => path, (path: string) => `/${path}`, (path: string) => `${path}/`];
const MORE_MANGLED = [
  (path: string) => path.toUpperCase(),
  (path: string) => `${path};a=b`,
  (path: string) => `${path}%`,
  (path: string) => `${path}?${'x'.repeat(9_000)}`,
  (path: string) => `${path}?a[b][c][d]=1&a=2#x`,
  (path: string) => path.replace('/', '/%2e%2e/'),
  (path: string) => `${path}/${'a/'.repeat(500)}`,
  (path: string) => path + 'é\u202e',
];

const HEADERS: readonly (readonly [string, string])[] = [
  ...[
    'text/plain',
    'application/json; charset=utf-16',
    'application/json;',
    'multipart/form-data',
    'application/JSON',
    '/',
    'a;b=c;d',
  ].map((type) => ['content-type', type] as const),
  ...['gzip', 'br', 'deflate, gzip', 'nonsense'].map((encoding) => ['content-encoding', encoding] as const),
  ...['', 'application/xml', '*/*;q=0', 'text/html', ',,,'].map((type) => ['accept', type] as const),
  ...['Bearer', 'Bearer ', 'Basic YTpi', 'bearer x', 'Bearer a.b.c', 'Bearer null', `Bearer ${'x'.repeat(8_000)}`].map(
    (token) => ['authorization', token] as const,
  ),
  ['accept-encoding', 'nonsense;q=9'],
  ['range', 'bytes=0-1,5-'],
  ['if-none-match', '*'],
  ['if-modified-since', 'yesterday'],
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-for', "::1, ', <>"],
  ['x-forwarded-proto', 'ftp'],
  ['x-request-id', 'x'.repeat(500)],
  ['cookie', 'a=b; __proto__=c; =;'],
  ['origin', 'null'],
  ['access-control-request-method', 'PATCH'],
  ['accept-language', '*'],
  ['__proto__', 'x'],
  ['constructor', 'x'],
];

/** Requests to these paths, valid and invalid. */
export const anyRequest = (paths: readonly string[]): Arbitrary<MalformedRequest> =>
  fc
    .record({
      method: fc.constantFrom(...METHODS),
      path: fc.constantFrom(...paths, '/', '', '/docs', '/openapi.json', '/nowhere', '/ws'),
      mangle: fc.constantFrom(...MANGLED, ...MORE_MANGLED),
      headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 3 }),
      body: fc.option(
        fc.oneof(
          brokenJson,
          oddJson,
          anyJson.map((value) => JSON.stringify(value)),
        ),
        { nil: undefined },
      ),
    })
    .map(({ method, path, mangle, headers, body }) => ({
      method,
      target: mangle(path),
      headers: Object.fromEntries(headers),
      body: method === 'GET' || method === 'HEAD' ? undefined : body,
    }));

const commandText = (names: readonly string[]): Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(
        '2',
        '21',
        '20',
        '2999999999999999999999',
        '21-1',
        '2/admin,1',
        '2?a=b,1',
        '5',
        '51-',
        '59999-',
        '51-1',
      ),
      fc.constantFrom(
        ...names,
        '',
        '__proto__',
        'constructor',
        'connect',
        'disconnect',
        'disconnecting',
        'newListener',
        'error',
      ),
      fc.array(
        fc.oneof(
          oddJson,
          anyJson.map((value) => JSON.stringify(value)),
          fc.constant('{"_placeholder":true,"num":0}'),
        ),
        {
          maxLength: 3,
        },
      ),
    )
    .map(
      ([head, name, payloads]) =>
        `${head}${JSON.stringify([name]).slice(0, -1)}${payloads.map((each) => `,${each}`).join('')}]`,
    );

/** An Engine.IO message that may not be a Socket.IO packet. */
const packet = (commands: readonly string[]): Arbitrary<string | Uint8Array> =>
  fc.oneof(
    { weight: 5, arbitrary: commandText(commands) },
    { weight: 2, arbitrary: fc.tuple(fc.nat(9), brokenJson).map(([type, text]) => `${type}${text}`) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.nat(9), fc.string({ unit: 'binary' })).map(([type, text]) => `${type}${text}`),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '2[]',
        '2[7,{}]',
        '2[null]',
        '2[{}]',
        '2{}',
        '3[]',
        '31',
        '0{"token":"x"}',
        '0/x,',
        '1',
        '4"x"',
        '6[]',
        '',
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) },
  );

/** Several of these, and commands with binary attachments. */
export const anyPackets = (commands: readonly string[]): Arbitrary<(string | Uint8Array)[]> => {
  const withBytes = fc
    .tuple(fc.constantFrom(...commands), fc.uint8Array({ maxLength: 64 }))
    .map(([name, bytes]) => [`51-7["${name}",{"id":{"_placeholder":true,"num":0}}]`, bytes]);
  const some = fc.oneof(
    { weight: 4, arbitrary: packet(commands).map((one) => [one]) },
    { weight: 1, arbitrary: withBytes },
  );
  return fc.array(some, { minLength: 1, maxLength: 6 }).map((packets) => packets.flat());
};

/** A valid request with bytes changed, removed, inserted or cut off. */
export const anyBytes = (request: string): Arbitrary<Buffer> =>
  fc
    .array(fc.tuple(fc.nat(request.length), fc.nat(3), fc.constantFrom(0, 10, 13, 32, 58, 127, 255), fc.nat(8)), {
      minLength: 1,
      maxLength: 4,
    })
    .map((changes) => {
      let bytes = Buffer.from(request);
      for (const [at, kind, byte, count] of changes) {
        const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
        const put = Buffer.alloc(count + 1, byte);
        if (kind === 0) bytes = Buffer.concat([before, put, after]);
        else if (kind === 1) bytes = Buffer.concat([before, after.subarray(count)]);
        else if (kind === 2) bytes = Buffer.concat([before, put, after.subarray(count + 1)]);
        else bytes = before;
      }
      return bytes;
    });
