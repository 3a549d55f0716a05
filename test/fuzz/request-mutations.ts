import fc, { type Arbitrary } from 'fast-check';

import {
  anyJson,
  brokenJson,
  validValue,
  type KnownIds,
  nearlyValidValue,
  oddJson,
  type Schemas,
} from './arbitraries.js';
import type { Operation } from './request-samples.js';

type Json = Record<string, unknown>;

/** The difference between a request and its valid sample. */
export interface Mutation {
  /** Fields with other values; `undefined` removes the field. */
  readonly fields: Json;
  /** JSON text of further fields, appended unchanged. */
  readonly extraJson: string;
  /** Replaces the whole body. */
  readonly replacement: string | undefined;
  /** Replaces one path parameter, already encoded. */
  readonly path: string | undefined;
  /** Appended to the query, already encoded. */
  readonly query: string;
}

/** No difference. */
const UNCHANGED: Mutation = { fields: {}, extraJson: '', replacement: undefined, path: undefined, query: '' };

const HOSTILE_NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'then',
  'length',
  '',
  'a.b',
  'role',
  'seq',
];
const HOSTILE_PATH_PARTS = [
  'x',
  '%zz',
  '%00',
  '%ff',
  '..%2f..',
  '%2e',
  '__proto__',
  "'%20OR%201=1",
  'null',
  '-1',
  '%F0%9F%91%8D',
];
const HOSTILE_QUERIES = [
  '&a[]=1',
  '&a[b]=2',
  '&__proto__=x',
  '&__proto__[x]=1',
  '&%zz=%',
  '&&=&',
  '&limit',
  '&cursor=',
  '&q=%00',
  '&limit=1&limit=2',
  '&q=a&q[]=b',
  '&limit=1e1',
  '&limit=0x1',
  '&limit=%201',
];

/** A value as URL-encoded text. */
const escaped = (value: unknown): string =>
  encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed().slice(0, 3_000));

/**
 * Mutations of an operation, generated from its schemas.
 * @param isText whether the body may be invalid JSON, as over HTTP
 */
export function mutationsOf(
  operation: Operation,
  schemas: Schemas,
  known: KnownIds,
  isText: boolean,
): Arbitrary<Mutation> {
  const { schema: name, query } = operation;
  const mutate = <T>(arbitrary: Arbitrary<T>, as: (value: T) => Partial<Mutation>) =>
    arbitrary.map((value): Mutation => ({ ...UNCHANGED, ...as(value) }));
  const mutations = [{ weight: 3, arbitrary: fc.constant(UNCHANGED) }];
  const add = (weight: number, arbitrary: Arbitrary<Mutation>): unknown => mutations.push({ weight, arbitrary });

  if (operation.name.includes('{')) {
    const hostile = fc.oneof(
      fc.constantFrom(...HOSTILE_PATH_PARTS),
      fc.uuid(),
      anyJson.map((value) => escaped(value) || 'x'),
    );
    add(
      2,
      mutate(hostile, (path) => ({ path })),
    );
  }
  if (query.length > 0) {
    const one = fc
      .constantFrom(...query)
      .chain((parameter) =>
        fc
          .oneof(
            validValue(parameter.schema, schemas, known, parameter.name),
            nearlyValidValue(parameter.schema, schemas, known, parameter.name),
          )
          .map((value) => `&${parameter.name}=${escaped(value)}`),
      );
    add(
      6,
      mutate(fc.array(one, { minLength: 1, maxLength: 2 }), (parts) => ({ query: parts.join('') })),
    );
  }
  if (operation.name.startsWith('GET'))
    add(
      1,
      mutate(fc.constantFrom(...HOSTILE_QUERIES), (parts) => ({ query: parts })),
    );
  if (name !== undefined) {
    for (const [weight, arbitrary] of bodyMutations(schemas[name]!, schemas, known, isText)) add(weight, arbitrary);
  }
  return fc.oneof(...mutations);
}

function bodyMutations(
  schema: Json,
  schemas: Schemas,
  known: KnownIds,
  isText: boolean,
): [number, Arbitrary<Mutation>][] {
  const properties = schema['properties'] as Record<string, Json>;
  const names = Object.keys(properties);
  const optional = names.filter((field) => !((schema['required'] ?? []) as string[]).includes(field));
  const aField = fc.constantFrom(...names);
  const name = fc.oneof(aField, fc.constantFrom(...HOSTILE_NAMES), fc.string({ maxLength: 5 }));
  const withFields = (arbitrary: Arbitrary<Json>): Arbitrary<Mutation> =>
    arbitrary.map((fields) => ({ ...UNCHANGED, fields }));
  const more = Object.fromEntries(
    optional.map((field) => [field, validValue(properties[field]!, schemas, known, field)]),
  );
  const one = aField.chain((field) =>
    nearlyValidValue(properties[field]!, schemas, known, field).map((value) => ({ [field]: value })),
  );
  const extraJson = fc.tuple(name, isText ? fc.oneof(oddJson, oddJson, brokenJson) : oddJson);
  const replacement = isText
    ? fc.oneof(
        anyJson.map((value) => JSON.stringify(value)),
        brokenJson,
      )
    : anyJson.map((value) => JSON.stringify(value));
  return [
    [5, withFields(fc.record(more, { requiredKeys: [] }))],
    [3, withFields(validValue(schema, schemas, known) as Arbitrary<Json>)],
    [8, withFields(one)],
    [1, withFields(aField.map((field) => ({ [field]: undefined })))],
    [2, withFields(fc.tuple(name, anyJson).map(([field, value]) => Object.fromEntries([[field, value]])))],
    [3, extraJson.map(([field, value]) => ({ ...UNCHANGED, extraJson: `${JSON.stringify(field)}:${value}` }))],
    [1, replacement.map((text) => ({ ...UNCHANGED, replacement: text }))],
  ];
}

/** Mutations that every run sends to each operation: none, wrong types, and prototype pollution. */
export function fixedMutations({ schema }: Operation, schemas: Schemas): Mutation[] {
  if (schema === undefined) return [UNCHANGED];
  const fields = Object.keys(schemas[schema]!['properties'] as Json);
  return [
    UNCHANGED,
    ...['null', '[]', '[null]', '7', '"x"', '{}'].map((replacement) => ({ ...UNCHANGED, replacement })),
    { ...UNCHANGED, extraJson: '"__proto__":{"polluted":1}' },
    ...fields.flatMap((field) => [null, 7, {}].map((value) => ({ ...UNCHANGED, fields: { [field]: value } }))),
  ];
}

/** The mutated text of a valid body or payload. */
export function mutatedBody(body: Json | undefined, { fields, extraJson, replacement }: Mutation): string | undefined {
  if (body === undefined) return undefined;
  if (replacement !== undefined) return replacement;
  const whole = JSON.stringify({ ...body, ...fields });
  return extraJson === '' ? whole : `${whole.slice(0, -1)}${whole === '{}' ? '' : ','}${extraJson}}`;
}

/** The mutated path and query. @param name of the operation, which names the path parameters */
export function mutatedTarget(name: string, target: string, { path, query }: Mutation): string {
  const [before = '', asked = ''] = target.split('?');
  const parts = before.split('/');
  const at = (name.split(' ')[1] ?? '').split('/').findLastIndex((part) => part.startsWith('{'));
  if (path !== undefined && at >= 0) parts[at] = path;
  const kept = asked.split('&').filter((part) => part !== '' && !query.includes(`&${part.split('=')[0]!}=`));
  const search = kept.join('&') + query;
  return parts.join('/') + (search === '' ? '' : `?${search.replace(/^&/, '')}`);
}
