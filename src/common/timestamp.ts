import { invalidField } from './domain-error.js';

/**
 * Parses an RFC 3339 timestamp. In UTC it must lie in the years 1000 to 9999, the range of every supported database, and
 * must not be a leap second, which `Date` cannot represent.
 * @throws DomainError `validation_failed` naming `field`
 */
export function parseTimestamp(field: string, raw: string): Date {
  const timestamp = new Date(raw);
  const year = timestamp.getUTCFullYear();
  if (year >= 1_000 && year <= 9_999) return timestamp;
  throw invalidField(field, 'format', 'must be a time in the years 1000 to 9999, and no leap second');
}
