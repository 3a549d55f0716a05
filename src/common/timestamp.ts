import { invalidField } from './domain-error.js';

/**
 * The moment that an RFC 3339 time names, if it can be stored and told again: in UTC it is of the years 1000 to 9999, which
 * is what every database has, and no leap second, which no clock of ours shows.
 * @throws DomainError `validation_failed` naming `field`
 */
export function parseTimestamp(field: string, raw: string): Date {
  const moment = new Date(raw);
  const year = moment.getUTCFullYear();
  if (year >= 1_000 && year <= 9_999) return moment;
  throw invalidField(field, 'format', 'must be a moment of the years 1000 to 9999, and no leap second');
}
