/** Characters of a query, at most. */
export const QUERY_MAX = 200;
/** Different tokens of a query that count; later ones are ignored. */
const QUERY_TOKENS_MAX = 16;
/** Tokens of a text, at most: the characters of the longest message, and so enough for all of its words. */
const TEXT_TOKENS_MAX = 8_000;
/** InnoDB indexes words of 3 to 84 characters. */
const TOKEN_MAX = 84;
/** Makes the shortest token three characters long, and keeps tokens apart from the stop words of a database. */
const PREFIX = 'qq';

/** Accents, and invisible characters: joiners, variation selectors, soft hyphens. */
const IGNORED = /[\u0300-\u036f]|\p{Default_Ignorable_Code_Point}/gu;
/** Words; runs of scripts that are written without spaces; emoji. */
const PARTS =
  /(?<unspaced>[[\p{L}\p{M}\p{N}]&&[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]]+)|[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]]+|\p{RI}{2}|\p{Extended_Pictographic}/gv;

const ASCII = /^[\0-\x7f]*$/;
/** The words that {@link PARTS} finds in ASCII, at a small part of the cost. */
const ASCII_WORDS = /[a-z0-9_]+/g;
/** Words that need only the prefix to be tokens. */
const PLAIN = /^[a-y0-9]+$/;

/**
 * The different tokens of a text, each of 3 to 84 characters `a`–`z` and `0`–`9`, so that no database parses, folds or
 * drops a part of them. A token begins with another one exactly if its word begins with the other's, up to that length.
 */
export const textTokens = (text: string): string[] => tokens(text, TEXT_TOKENS_MAX, (pairs) => pairs);

/** The token of all messages of a conversation. No text contains it. */
export const conversationToken = (conversationId: string): string => `cc${conversationId.replaceAll('-', '')}`;

/**
 * The tokens of a query. A message matches if each of them begins one of its own tokens. Empty for a query without
 * words.
 */
export function queryTokens(q: string): string[] {
  // The last character of a run begins no pair, unless the run is one character.
  const found = tokens(q, QUERY_MAX, (pairs) => pairs.slice(0, Math.max(1, pairs.length - 1)));
  return found
    .filter((token) => !found.some((other) => other !== token && other.startsWith(token)))
    .slice(0, QUERY_TOKENS_MAX);
}

function tokens(text: string, max: number, ofRun: (pairs: readonly string[]) => readonly string[]): string[] {
  const found = new Set<string>();
  if (ASCII.test(text)) {
    for (const word of text.toLowerCase().match(ASCII_WORDS) ?? []) {
      if (found.size === max) break;
      found.add(token(word));
    }
    return [...found];
  }
  for (const { 0: part, groups } of searchable(text).matchAll(PARTS)) {
    for (const word of groups?.['unspaced'] === undefined ? [part] : ofRun(pairs(part))) {
      if (found.size === max) return [...found];
      found.add(token(word));
    }
  }
  return [...found];
}

/** Folds spellings that search treats as equal: any case, with or without accents, full or half width. */
function searchable(text: string): string {
  const bare = text.normalize('NFKD').replace(IGNORED, '');
  // Lower case alone does not equate ß with ss, and has two forms of Σ.
  return bare.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}

/** Each character with its neighbour, the last one alone, so that every part of a run begins with one of them. */
function pairs(run: string): string[] {
  const characters = [...run];
  return characters.map((character, at) => character + (characters[at + 1] ?? ''));
}

/** Encodes a word: `a`–`y` and digits stand for themselves, `z` precedes the code of any other character. */
function token(word: string): string {
  if (PLAIN.test(word)) return (PREFIX + word).slice(0, TOKEN_MAX);
  const ascii = word
    .slice(0, TOKEN_MAX)
    .replaceAll(/[^a-y0-9]/g, (unit) => `z${unit === 'z' ? 'z' : unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return (PREFIX + ascii).slice(0, TOKEN_MAX);
}
