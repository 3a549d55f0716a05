import { invalidField } from './domain-error.js';

/** One page of a list, and where the next one starts; `null` at the end. */
export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

/** How many items a page holds: unless asked, and at the most. */
export const PAGE = { default: 50, max: 100 } as const;

/**
 * Cuts `rows`, of which one more than `limit` was read, into a page.
 * @param keyOf the sort key of an item, which the next page starts after
 */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (item: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}

/** A sort key as an opaque, URL-safe cursor. */
function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

const PARTS = {
  text: /^/,
  id: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
} as const;

/** What a part of a sort key is. Anything else in its place was not made here, and must not reach a query. */
export type CursorPart = keyof typeof PARTS;

/**
 * The sort key inside a cursor that {@link pageOf} made.
 * @throws DomainError `validation_failed` when it was not made by this server for a key of those parts
 */
export function decodeCursor(cursor: string, parts: readonly CursorPart[]): string[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (isKey(key, parts)) return key;
  } catch {
    // not JSON: refused below like any other foreign cursor
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
