import { invalidField } from './domain-error.js';

/** Control characters (Unicode category Cc) other than newline and tab. */
const CONTROL = /(?![\n\t])\p{Cc}/u;

/**
 * Normalizes free text for storage: well-formed Unicode in NFC, `\n` line ends, trimmed.
 * @param max maximum number of characters (code points) after normalization; the minimum is one
 * @throws DomainError `validation_failed` naming `field`, with `minLength`, `maxLength` or `pattern`
 */
export function cleanText(field: string, raw: string, max: number): string {
  if (!raw.isWellFormed()) throw invalidField(field, 'pattern', 'must be well-formed Unicode');
  const text = raw.replaceAll('\r\n', '\n').normalize('NFC').trim();
  if (CONTROL.test(text)) throw invalidField(field, 'pattern', 'must not contain control characters');
  if (text === '') throw invalidField(field, 'minLength', 'must not be empty');
  if (text.length > max && characters(text) > max) {
    throw invalidField(field, 'maxLength', `must be at most ${max} characters`);
  }
  return text;
}

/** A single line: {@link cleanText} without newlines and tabs. */
export function cleanLine(field: string, raw: string, max: number): string {
  const line = cleanText(field, raw, max);
  if (/[\n\t]/.test(line)) throw invalidField(field, 'pattern', 'must be a single line');
  return line;
}

/** Folds a name for comparison and search: lower-case NFC, at most `max` UTF-16 units. */
export function fold(text: string, max = 128): string {
  return text.normalize('NFC').toLowerCase().slice(0, max).toWellFormed();
}

/** The first `max` characters (code points). */
export function firstCharacters(text: string, max: number): string {
  return text.length <= max ? text : [...text.slice(0, max * 2)].slice(0, max).join('');
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
