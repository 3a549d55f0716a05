import fc, { type Arbitrary } from 'fast-check';

import { anyJson, brokenJson, fitting, type KnownIds, nearly, oddJson, type Schemas } from './arbitraries.js';
import type { Operation } from './request-samples.js';

type Json = Record<string, unknown>;

/** What is different about a request from one that is fine. */
export interface Mutation {
  /** Fields with other values; `undefined` where one is left out. */
  readonly fields: Json;
  /** JSON of more fields, written behind the others as it is. */
  readonly written: string;
  /** In place of the whole body. */
  readonly instead: string | undefined;
  /** In place of one of the path's parameters, as it is written there. */
  readonly path: string | undefined;
  /** More of the query, as it is written there. */
  readonly query: string;
}

/** Nothing is different. */
const AS_IT_IS: Mutation = { fields: {}, written: '', instead: undefined, path: undefined, query: '' };

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
const IN_PATHS = [
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
const IN_QUERIES = [
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

/** What a text in a URL is written as. */
const escaped = (value: unknown): string =>
  encodeURIComponent((typeof value === 'string' ? value : JSON.stringify(value)).toWellFormed().slice(0, 3_000));

/**
 * Twists of an operation, by what the documents say that it takes.
 * @param isText whether the body need not be JSON, as over HTTP
 */
export function mutationsOf(
  operation: Operation,
  schemas: Schemas,
  known: KnownIds,
  isText: boolean,
): Arbitrary<Mutation> {
  const { schema: name, query } = operation;
  const twist = <T>(arbitrary: Arbitrary<T>, as: (value: T) => Partial<Mutation>) =>
    arbitrary.map((value): Mutation => ({ ...AS_IT_IS, ...as(value) }));
  const twists = [{ weight: 3, arbitrary: fc.constant(AS_IT_IS) }];
  const add = (weight: number, arbitrary: Arbitrary<Mutation>): unknown => twists.push({ weight, arbitrary });

  if (operation.name.includes('{')) {
    const hostile = fc.oneof(
      fc.constantFrom(...IN_PATHS),
      fc.uuid(),
      anyJson.map((value) => escaped(value) || 'x'),
    );
    add(
      2,
      twist(hostile, (path) => ({ path })),
    );
  }
  if (query.length > 0) {
    const one = fc
      .constantFrom(...query)
      .chain((parameter) =>
        fc
          .oneof(
            fitting(parameter.schema, schemas, known, parameter.name),
            nearly(parameter.schema, schemas, known, parameter.name),
          )
          .map((value) => `&${parameter.name}=${escaped(value)}`),
      );
    add(
      6,
      twist(fc.array(one, { minLength: 1, maxLength: 2 }), (parts) => ({ query: parts.join('') })),
    );
  }
  if (operation.name.startsWith('GET'))
    add(
      1,
      twist(fc.constantFrom(...IN_QUERIES), (parts) => ({ query: parts })),
    );
  if (name !== undefined) {
    for (const [weight, arbitrary] of bodyTwists(schemas[name]!, schemas, known, isText)) add(weight, arbitrary);
  }
  return fc.oneof(...twists);
}

function bodyTwists(schema: Json, schemas: Schemas, known: KnownIds, isText: boolean): [number, Arbitrary<Mutation>][] {
  const properties = schema['properties'] as Record<string, Json>;
  const names = Object.keys(properties);
  const optional = names.filter((field) => !((schema['required'] ?? []) as string[]).includes(field));
  const aField = fc.constantFrom(...names);
  const name = fc.oneof(aField, fc.constantFrom(...HOSTILE_NAMES), fc.string({ maxLength: 5 }));
  const withFields = (arbitrary: Arbitrary<Json>): Arbitrary<Mutation> =>
    arbitrary.map((fields) => ({ ...AS_IT_IS, fields }));
  const more = Object.fromEntries(optional.map((field) => [field, fitting(properties[field]!, schemas, known, field)]));
  const one = aField.chain((field) =>
    nearly(properties[field]!, schemas, known, field).map((value) => ({ [field]: value })),
  );
  const written = fc.tuple(name, isText ? fc.oneof(oddJson, oddJson, brokenJson) : oddJson);
  const instead = isText
    ? fc.oneof(
        anyJson.map((value) => JSON.stringify(value)),
        brokenJson,
      )
    : anyJson.map((value) => JSON.stringify(value));
  return [
    [5, withFields(fc.record(more, { requiredKeys: [] }))],
    [3, withFields(fitting(schema, schemas, known) as Arbitrary<Json>)],
    [8, withFields(one)],
    [1, withFields(aField.map((field) => ({ [field]: undefined })))],
    [2, withFields(fc.tuple(name, anyJson).map(([field, value]) => Object.fromEntries([[field, value]])))],
    [3, written.map(([field, value]) => ({ ...AS_IT_IS, written: `${JSON.stringify(field)}:${value}` }))],
    [1, instead.map((text) => ({ ...AS_IT_IS, instead: text }))],
  ];
}

/** What is asked of every operation each time: nothing twisted, then what takes unwary code by surprise. */
export function fixedMutations({ schema }: Operation, schemas: Schemas): Mutation[] {
  if (schema === undefined) return [AS_IT_IS];
  const fields = Object.keys(schemas[schema]!['properties'] as Json);
  return [
    AS_IT_IS,
    ...['null', '[]', '[null]', '7', '"x"', '{}'].map((instead) => ({ ...AS_IT_IS, instead })),
    { ...AS_IT_IS, written: '"__proto__":{"polluted":1}' },
    ...fields.flatMap((field) => [null, 7, {}].map((value) => ({ ...AS_IT_IS, fields: { [field]: value } }))),
  ];
}

/** The text of a body or payload that was fine, twisted. */
export function mutatedBody(body: Json | undefined, { fields, written, instead }: Mutation): string | undefined {
  if (body === undefined) return undefined;
  if (instead !== undefined) return instead;
  const whole = JSON.stringify({ ...body, ...fields });
  return written === '' ? whole : `${whole.slice(0, -1)}${whole === '{}' ? '' : ','}${written}}`;
}

/** The path and query that were fine, twisted. @param name of the operation, which says where its parameters stand */
export function mutatedTarget(name: string, target: string, { path, query }: Mutation): string {
  const [before = '', asked = ''] = target.split('?');
  const parts = before.split('/');
  const at = (name.split(' ')[1] ?? '').split('/').findLastIndex((part) => part.startsWith('{'));
  if (path !== undefined && at >= 0) parts[at] = path;
  const kept = asked.split('&').filter((part) => part !== '' && !query.includes(`&${part.split('=')[0]!}=`));
  const search = kept.join('&') + query;
  return parts.join('/') + (search === '' ? '' : `?${search.replace(/^&/, '')}`);
}
