import { randomUUID } from 'node:crypto';

import fc, { type Arbitrary } from 'fast-check';

type Json = Record<string, any>;

/** Named schemas, for `$ref`. */
export type Schemas = Readonly<Record<string, Json>>;

/** Existing ids for a field of that name; empty if the field needs a new id. */
export type KnownIds = (field: string) => readonly string[];

const LONG = 8_001;
const TIMES = ['2026-11-20T10:15:30.123Z', '9999-12-31T23:59:59.999Z', '2016-12-31T23:59:60Z', '0000-01-01T00:00:00Z'];
const MORE_TIMES = ['9999-12-31T23:59:59-23:59', '0000-01-01T00:00:00+23:59', '2026-02-30T00:00:00.000Z'];

/** Values with a special meaning in some layer: JSON, Unicode, JavaScript, URLs, SQL, full-text search, dates. */
const SPECIAL = [
  ...[
    null,
    true,
    false,
    0,
    -0,
    -1,
    0.5,
    2 ** 31,
    2 ** 53,
    1e308,
    '',
    ' ',
    '7',
    'null',
    'NaN',
    '1e400',
    [],
    {},
    [[]],
    [null],
  ],
  ...['\u0000', 'a\u0000b', '\ud800', '\udfff\ud800', '\u202eright to left', '\ufeff', 'e\u0301', '👩‍👩‍👧‍👦', '\u{10ffff}'],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '../../etc/passwd',
    '%00',
    '%zz',
    '${7*7}',
    '{{7*7}}',
    '<script>',
    '\r\nX: y',
  ],
  ...["' OR 1=1 --", '"', '\\', '%', '_', '*', '-', 'a AND b', 'a NEAR(b', '+a -b ~c*', '@', '(', '>', 'a:b', '^'],
  ...TIMES,
  ...MORE_TIMES,
];

/** Units that make a careless regular expression backtrack. */
const UNITS = ['a', '1', '.', '-', '@', '/', ' ', '\n', 'a.', 'a@', '%41', '\u0301', '\u{1d160}', '\ufdfa', '👍\u200d'];

/** Letters of many scripts, some of which change their length when they are case-folded or normalised. */
const letter = fc.constantFrom(
  ...['a', 'B', '7', ' ', '-', 'é', 'e\u0301', 'ß', 'İ', 'ſ', 'م', 'א', '中', 'ก', '👩‍👩‍👧‍👦', '🇫🇮', '\u200d'],
);

const repeated: Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...UNITS),
    fc.constantFrom(3, 65, 255, 513, LONG),
    fc.constantFrom('', '!', '@', '\n', '\u0000'),
  )
  .map(([unit, count, end]) => unit.repeat(count) + end);

const huge: Arbitrary<unknown> = fc.constantFrom(
  'x'.repeat(262_000),
  'ü'.repeat(140_000),
  Array.from({ length: 6_000 }, () => randomUUID()),
  Object.fromEntries(Array.from({ length: 6_000 }, () => [randomUUID(), 1])),
);

/** Any JSON value, of any type and size. */
export const anyJson: Arbitrary<unknown> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<unknown>(...SPECIAL) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 60 }) },
  { weight: 2, arbitrary: fc.string({ unit: letter, maxLength: 60 }) },
  { weight: 3, arbitrary: repeated },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: huge },
);

const deep = (open: string, close: string): string => open.repeat(10_000) + close.repeat(10_000);

/** Valid JSON that `JSON.stringify` never writes. */
export const oddJson: Arbitrary<string> = fc.constantFrom(
  ...['1e400', '-1e400', '-0', '9007199254740993', '1E2', '0.1e-400', '"\\ud800"', '"\\u0000"', '"\\/"'],
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"a":1,"a":{}}', '{"":{"":[]}}'],
  deep('[', ']'),
  deep('{"a":[', ']}'),
);

/** Invalid JSON. */
export const brokenJson: Arbitrary<string> = fc.constantFrom(
  ...['NaN', 'Infinity', '0x10', '01', '1.', '+1', "'x'", 'tru', 'undefined', '"\u0000"', '"\n"', '"\\x"', '"\\u12"'],
  ...['[', '{', '{"a"}', '{"a":1,}', '[1,]', '/**/1', '', '"', '{"a":1}{}', '\ufeff{}', '[[', deep('[', '')],
);

/** A value that the schema accepts, often at its bounds. Id fields use one of `known`. */
export function validValue(schema: Json, schemas: Schemas, known: KnownIds, field = ''): Arbitrary<unknown> {
  const again = (part: Json, name = field): Arbitrary<unknown> => validValue(part, schemas, known, name);
  if (schema['$ref']) return again(schemas[schema['$ref'].split('/').at(-1)]!);
  if (schema['anyOf']) return fc.oneof(...schema['anyOf'].map((part: Json) => again(part)));
  if (schema['enum']) return fc.constantFrom(...schema['enum']);
  if (Array.isArray(schema['type'])) return fc.oneof(...schema['type'].map((type) => again({ ...schema, type })));
  switch (schema['type']) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return integer(schema);
    case 'array':
      return fc.uniqueArray(again(schema['items']), { minLength: schema['minItems'] ?? 0, maxLength: 4 });
    case 'object':
      return object(schema, again, known);
    default:
      return text(schema, field, known);
  }
}

/** Values of a field at and beyond its bounds, and of other types. */
export const nearlyValidValue = (schema: Json, schemas: Schemas, known: KnownIds, field: string): Arbitrary<unknown> =>
  fc.oneof(
    validValue(schema, schemas, known, field),
    outOfBounds(schema),
    anyJson,
    ...(field === 'cursor' ? [cursor] : []),
  );

/** A cursor of another list, or a forged one. */
const cursor = fc
  .array(fc.constantFrom<unknown>(...SPECIAL, randomUUID()), { maxLength: 3 })
  .map((key) => Buffer.from(JSON.stringify(key)).toString('base64url'));

function integer({ minimum = 0, maximum }: Json): Arbitrary<number> {
  const some = [minimum, minimum + 1, 50, 100, 101, 1_000, maximum ?? 1_000_000];
  return fc.constantFrom(...some.filter((value) => value >= minimum && value <= (maximum ?? Infinity)));
}

function outOfBounds(schema: Json): Arbitrary<unknown> {
  const { minimum, maximum, minLength, maxLength, maxItems } = schema;
  const values: unknown[] = [{}, [schema]];
  if (minimum !== undefined) values.push(minimum - 1, minimum - 0.5, String(minimum));
  if (maximum !== undefined) values.push(maximum + 1, maximum * 2, String(maximum));
  if (minLength !== undefined) values.push('x'.repeat(minLength - 1), '👍'.repeat(minLength));
  if (maxLength !== undefined) {
    values.push('x'.repeat(maxLength), '👍'.repeat(maxLength), 'x'.repeat(maxLength + 1), ' '.repeat(maxLength));
  }
  if (maxItems !== undefined)
    values.push(
      Array.from({ length: maxItems + 1 }, () => randomUUID()),
      ['x'],
      [null],
    );
  return fc.constantFrom(...values);
}

function object(schema: Json, again: (part: Json, name: string) => Arbitrary<unknown>, known: KnownIds) {
  if (schema['propertyNames']) {
    const ids = fc.oneof(fc.uuid(), fc.constantFrom(randomUUID(), ...known('conversationId')));
    return fc.dictionary(ids, fc.nat(), { maxKeys: 5 });
  }
  if (!schema['properties']) return fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 });
  const properties = Object.entries<Json>(schema['properties']);
  const fields = Object.fromEntries(properties.map(([name, part]) => [name, again(part, name)]));
  return fc.record(fields, { requiredKeys: schema['required'] ?? [] });
}

function text({ format, pattern, minLength = 0, maxLength = LONG }: Json, field: string, known: KnownIds) {
  if (format === 'uuid') {
    const ids = known(field);
    if (ids.length === 0) return fc.uuid();
    return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.uuid() });
  }
  if (format === 'email') return fc.emailAddress();
  if (format === 'uri') return fc.webUrl();
  if (format === 'date-time') return fc.constantFrom(...TIMES);
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  return fc.oneof(
    fc.string({ unit: letter, minLength, maxLength: Math.min(maxLength, minLength + 40) }),
    repeated.map((long) => [...long].slice(0, maxLength).join('').padEnd(minLength, 'x')),
  );
}
