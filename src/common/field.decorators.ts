import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  IsUrl,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/*
 * One decorator per field of a command or view. `delivery/validation/schemas.ts` generates the validators of REST and
 * socket, and the documents, from these class-validator decorators.
 */

/** The largest `seq`, `rev` or `stateRev`: the columns are signed 32-bit integers. */
export const SEQ_MAX = 2 ** 31 - 1;

interface FieldOptions {
  /** May be omitted. */
  readonly optional?: boolean;
  /** May be `null`. */
  readonly nullable?: boolean;
  readonly description?: string;
}

type Schema = Record<string, unknown>;
type SchemaClass = abstract new () => object;

/** The name of a class's schema in the documents: the class name without the suffix `View`. */
export const schemaName = (name: string): string => name.replace(/View$/, '');
export const SCHEMAS = '#/components/schemas/';

function field(options: FieldOptions, ...decorators: PropertyDecorator[]): PropertyDecorator {
  return schemaField(options, (schema) => schema, ...decorators);
}

function schemaField(
  options: FieldOptions,
  change: (schema: Schema) => Schema,
  ...decorators: PropertyDecorator[]
): PropertyDecorator {
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
    if (options.optional) IsOptional()(target, property);
    JSONSchema((schema) => finished(change({ ...schema }), options))(target, String(property));
  };
}

function finished(schema: Schema, options: FieldOptions): Schema {
  const described = options.description === undefined ? schema : { ...schema, description: options.description };
  if (!options.nullable) return described;
  if (typeof schema['type'] !== 'string') return { anyOf: [described, { type: 'null' }] };
  return {
    ...described,
    type: [schema['type'], 'null'],
    ...(Array.isArray(schema['enum']) && { enum: [...(schema['enum'] as unknown[]), null] }),
  };
}

/** A UUID (RFC 9562); upper case is accepted and folded to lower case. */
export const UuidField = (options: FieldOptions = {}): PropertyDecorator => field(options, IsUUID());

/** A list of `min` to `max` different UUIDs. */
export const UuidList = ({
  min = 0,
  max,
  ...options
}: FieldOptions & { min?: number; max: number }): PropertyDecorator =>
  field(options, IsArray(), ArrayMinSize(min), ArrayMaxSize(max), ArrayUnique(), IsUUID(undefined, { each: true }));

/** A string of `min` to `max` characters (code points). */
export const Text = ({
  min = 0,
  max,
  ...options
}: FieldOptions & { min?: number; max?: number } = {}): PropertyDecorator =>
  field(options, IsString(), ...(min > 0 ? [MinLength(min)] : []), ...(max === undefined ? [] : [MaxLength(max)]));

/** A string that matches a pattern. The pattern must run in linear time. */
export const Pattern = (pattern: RegExp, options: FieldOptions = {}): PropertyDecorator =>
  field(options, IsString(), Matches(pattern));

/** An e-mail address (RFC 5321 bounds its length to 254). */
export const Email = (options: FieldOptions = {}): PropertyDecorator => field(options, IsEmail(), MaxLength(254));

/** An absolute `https:` or `http:` URL of at most 2,048 characters. */
export const WebUrl = (options: FieldOptions = {}): PropertyDecorator =>
  field(options, IsUrl(), Matches(/^https?:\/\/[^/?#]/), MaxLength(2_048));

/** An integer of at least `min`, and at most `max`. */
export const Int = ({
  min = 0,
  max,
  ...options
}: FieldOptions & { min?: number; max?: number } = {}): PropertyDecorator =>
  schemaField(
    options,
    (schema) => ({ ...schema, type: 'integer' }),
    IsInt(),
    Min(min),
    ...(max === undefined ? [] : [Max(max)]),
  );

/** True or false. */
export const Bool = (options: FieldOptions = {}): PropertyDecorator => field(options, IsBoolean());

/** One of a few strings. */
export const Enum = (values: readonly string[], options: FieldOptions = {}): PropertyDecorator =>
  field(options, IsIn([...values]));

/** A timestamp in wire format: RFC 3339 in UTC with milliseconds. */
export const Time = (options: FieldOptions = {}): PropertyDecorator =>
  schemaField(options, (schema) => ({ ...schema, format: 'date-time' }), IsString());

/** An object with arbitrary content. */
export const JsonObject = (options: FieldOptions = {}): PropertyDecorator => field(options, IsObject());

/** An object that maps at most `max` UUIDs to integers. */
export const RevMap = ({ max, ...options }: FieldOptions & { max: number }): PropertyDecorator =>
  schemaField(
    options,
    () => ({
      type: 'object',
      propertyNames: { type: 'string', format: 'uuid' },
      additionalProperties: { type: 'integer', minimum: 0 },
      maxProperties: max,
    }),
    IsObject(),
  );

/** An object of another class. */
export const Nested = (type: () => SchemaClass, options: FieldOptions = {}): PropertyDecorator =>
  schemaField(options, () => reference(type()), ValidateNested());

/** A list of at most `max` objects of another class. */
export const NestedList = (
  type: () => SchemaClass,
  { max, ...options }: FieldOptions & { max?: number } = {},
): PropertyDecorator =>
  schemaField(
    options,
    () => ({ type: 'array', items: reference(type()), ...(max !== undefined && { maxItems: max }) }),
    IsArray(),
    ValidateNested({ each: true }),
  );

/** An object that maps names to objects of another class. */
export const NestedMap = (type: () => SchemaClass, options: FieldOptions = {}): PropertyDecorator =>
  schemaField(options, () => ({ type: 'object', additionalProperties: reference(type()) }), IsObject());

const reference = (type: SchemaClass): Schema => ({ $ref: SCHEMAS + schemaName(type.name) });
