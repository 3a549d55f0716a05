import { invalidField } from './domain-error.js';

/** One page of a list, and the cursor of the next page; `null` on the last page. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** The default and the maximum number of items per page. */
export const PAGE = { default: 50, max: 100 } as const;

/**
 * Builds a page from `rows`, of which the query read one more than `limit`.
 * @param keyOf the sort key of an item; the next page starts after it
 */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (item: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}

/** Encodes a sort key as an opaque, URL-safe cursor. */
function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

const PARTS = {
  text: /^/,
  id: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
} as const;

/** The type of a part of a sort key. A part of another form is rejected, so that it never reaches a query. */
export type CursorPart = keyof typeof PARTS;

/**
 * Decodes the sort key of a cursor made by {@link pageOf}.
 * @throws DomainError `validation_failed` when the cursor does not consist of those parts
 */
export function decodeCursor(cursor: string, parts: readonly CursorPart[]): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (isKey(key, parts)) return key;
  } catch {
    // Not JSON: rejected below, like any other invalid cursor.
  }
  throw invalidField('cursor', 'cursor', 'is not a cursor of this list');
}

/** The sort key of a list that is ordered by a time and an id. @throws DomainError `validation_failed` */
export function timeCursor(cursor: string): readonly [time: string, id: string] {
  const [time = '', id = ''] = decodeCursor(cursor, ['time', 'id']);
  return [time, id];
}

function isKey(key: unknown, parts: readonly CursorPart[]): key is string[] {
  return Array.isArray(key) && key.length === parts.length && parts.every((kind, at) => isPart(kind, key[at]));
}

function isPart(kind: CursorPart, part: unknown): boolean {
  if (typeof part !== 'string' || !PARTS[kind].test(part)) return false;
  return kind !== 'time' || !Number.isNaN(Date.parse(part));
}
