import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';

import { DomainError, type FieldError } from '../../common/domain-error.js';
import { schemaName, SCHEMAS } from '../../common/field.decorators.js';

export type JsonSchema = Record<string, unknown>;
export type SchemaClass<T extends object = object> = new () => T;

const ROOT = 'gochat';
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** A validation error lists at most this many fields. */
const MAX_ERRORS = 20;

/** The JSON Schemas (2020-12) of every command and view, by name. Validators and documents are generated from them. */
export const schemas = once((): Readonly<Record<string, JsonSchema>> => {
  const raw = validationMetadatasToSchemas({
    refPointerPrefix: SCHEMAS,
    additionalConverters: {
      isUuid: { type: 'string', format: 'uuid', 'x-lowercase': true },
      isUrl: { type: 'string', format: 'uri' },
    },
  });
  return Object.fromEntries(
    Object.entries(raw)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, schema]) => [
        schemaName(name),
        { ...(schema as JsonSchema), ...(!name.endsWith('View') && { additionalProperties: false }) },
      ]),
  );
});

/** A document's reference to the schema of a class. */
export const reference = (type: SchemaClass): JsonSchema => ({ $ref: SCHEMAS + schemaName(type.name) });

/** The schemas that a document refers to, directly or indirectly. */
export function schemasFor(document: object): Readonly<Record<string, JsonSchema>> {
  const needed = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === '$ref') need(String(value).replace(SCHEMAS, ''));
      else visit(value);
    }
  };
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    visit(schemas()[name]);
  };
  visit(document);
  return Object.fromEntries(Object.entries(schemas()).filter(([name]) => needed.has(name)));
}

type Validate<T> = (value: unknown) => T;

const bodies = new Map<SchemaClass, Validate<object>>();
const queries = new Map<SchemaClass, Validate<object>>();
const strictAjv = once(() => ajv({}));
const queryAjv = once(() => ajv({ coerceTypes: true, removeAdditional: true }));

/** Whether a class has a schema. */
export const isDescribed = (type: unknown): type is SchemaClass =>
  typeof type === 'function' && schemaName(type.name) in schemas();

/**
 * The validator of a command's class, compiled once. It accepts plain JSON values, rejects unknown fields, and returns
 * the same object, with UUIDs folded to lower case.
 */
export function bodyValidator<T extends object>(type: SchemaClass<T>): Validate<T> {
  return cached(bodies, type, () => compile(strictAjv(), type)) as Validate<T>;
}

/** {@link bodyValidator} for a query string: it converts text to numbers and booleans and drops unknown parameters. */
export function queryValidator<T extends object>(type: SchemaClass<T>): Validate<T> {
  return cached(queries, type, () => compile(queryAjv(), type)) as Validate<T>;
}

/** Whether `value` is a UUID in any version or case. */
export const isUuid = (value: string): boolean => UUID.test(value);

function compile(engine: Ajv, type: SchemaClass): Validate<object> {
  const validate: ValidateFunction = engine.compile({ $ref: ROOT + SCHEMAS + schemaName(type.name) });
  return (value) => {
    if (isPlainObject(value) && validate(value)) return value;
    throw refused(validate.errors ?? [], value);
  };
}

function refused(errors: readonly ErrorObject[], value: unknown): DomainError {
  const fields = isPlainObject(value)
    ? errors.slice(0, MAX_ERRORS).map(fieldError)
    : [{ field: '', code: 'type', message: 'must be object' }];
  const first = fields[0];
  const detail = first === undefined ? 'The request is not valid.' : `${first.field} ${first.message}`.trim();
  return new DomainError('validation_failed', detail, { errors: fields });
}

function fieldError({ instancePath, keyword, params, message = 'is not valid' }: ErrorObject): FieldError {
  const path = instancePath.slice(1).split('/').filter(Boolean);
  const { missingProperty, additionalProperty } = params as Record<string, string | undefined>;
  if (missingProperty !== undefined) {
    return { field: [...path, missingProperty].join('.'), code: 'required', message: 'is required' };
  }
  if (additionalProperty !== undefined) {
    return {
      field: [...path, additionalProperty.slice(0, 100)].join('.'),
      code: 'unknownField',
      message: 'is not a field of this request',
    };
  }
  return { field: path.join('.'), code: keyword, message };
}

function ajv(options: { coerceTypes?: boolean; removeAdditional?: boolean }): Ajv {
  const engine = new Ajv({ allErrors: true, strict: false, ...options });
  addFormatsModule.default(engine, ['email', 'uri', 'date-time']);
  engine.addFormat('uuid', UUID);
  engine.addKeyword({
    keyword: 'x-lowercase',
    type: 'string',
    modifying: true,
    validate: (
      _: boolean,
      text: string,
      __: unknown,
      at?: { parentData: object; parentDataProperty: string | number },
    ) => {
      if (at) (at.parentData as Record<string | number, unknown>)[at.parentDataProperty] = text.toLowerCase();
      return true;
    },
  });
  // Replaces Ajv's keyword, which compares items before they are folded to lower case.
  engine.removeKeyword('uniqueItems');
  engine.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    validate: (_: boolean, items: readonly unknown[]) => new Set(items).size === items.length,
    error: { message: 'must NOT have duplicate items' },
  });
  return engine.addSchema({ $id: ROOT, components: { schemas: schemas() } });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function cached<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Makes a value at its first use: the classes' decorators must have run by then. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
