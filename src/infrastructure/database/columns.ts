import type { ColumnOptions } from 'typeorm';

/*
 * Column types that behave alike on SQLite, MariaDB and MySQL; the entities use them. The migrations set character sets
 * and collations: ids are ASCII, text is utf8mb4, and both compare by code point, as SQLite does.
 */

/** A UUID in lower case. */
export const uuid = { type: 'varchar', length: 36 } as const satisfies ColumnOptions;

/** A timestamp in UTC with milliseconds. */
export const moment = { type: 'datetime', precision: 3 } as const satisfies ColumnOptions;

/** A nullable timestamp. */
export const optionalMoment = { ...moment, nullable: true } as const satisfies ColumnOptions;

/** An integer of up to 2,147,483,647. */
export const integer = { type: 'integer' } as const satisfies ColumnOptions;

/** A counter that starts at zero. */
export const counter = { type: 'integer', default: 0 } as const satisfies ColumnOptions;

/** A string of at most `length` characters. */
export const line = (length: number) => ({ type: 'varchar', length }) as const satisfies ColumnOptions;

/** A nullable string of at most `length` characters. */
export const optionalLine = (length: number) =>
  ({ type: 'varchar', length, nullable: true }) as const satisfies ColumnOptions;

/** A value as JSON text. */
export const json = {
  type: 'text',
  transformer: { to: (value: unknown) => JSON.stringify(value), from: (text: string): unknown => JSON.parse(text) },
} as const satisfies ColumnOptions;
