/** How many characters a query may have. */
export const QUERY_MAX = 200;
/** How many different tokens of a query count; those that come later are not looked at. */
const QUERY_TOKENS_MAX = 16;
/** As many as the longest message has characters, and so enough for all of its words. */
const TEXT_TOKENS_MAX = 8_000;
/** InnoDB indexes words of 3 to 84 characters. */
const TOKEN_MAX = 84;
/** Makes the shortest word three characters long, and a stop word of no database. */
const PREFIX = 'qq';

/** Accents, and what has no look of its own: joiners, variation selectors, soft hyphens. */
const IGNORED = /[\u0300-\u036f]|\p{Default_Ignorable_Code_Point}/gu;
/** Words; runs of scripts that are written without spaces; emoji. */
const PARTS =
  /(?<unspaced>[[\p{L}\p{M}\p{N}]&&[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]]+)|[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]]+|\p{RI}{2}|\p{Extended_Pictographic}/gv;

const ASCII = /^[\0-\x7f]*$/;
/** What {@link PARTS} finds in ASCII, at a small part of the cost. */
const ASCII_WORDS = /[a-z0-9_]+/g;
/** Words that are tokens as they are, but for the prefix. */
const PLAIN = /^[a-y0-9]+$/;

/**
 * The tokens that a text is found by, different ones, each of 3 to 84 characters `a`–`z` and `0`–`9`: no database parses,
 * folds or drops anything of them. A token begins with another exactly when its word begins with the other's, up to
 * that length.
 */
export const textTokens = (text: string): string[] => tokens(text, TEXT_TOKENS_MAX, (pairs) => pairs);

/** The token that all messages of a conversation have, and no text. */
export const conversationToken = (conversationId: string): string => `cc${conversationId.replaceAll('-', '')}`;

/**
 * The tokens that a message must have for a query, each as the beginning of one of its own. Empty when there is nothing
 * to look for.
 */
export function queryTokens(q: string): string[] {
  // The last character of a run begins no pair, unless it is all there is.
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

/** The same for all spellings that a search takes for equal: of any case, with or without accents, wide or narrow. */
function searchable(text: string): string {
  const bare = text.normalize('NFKD').replace(IGNORED, '');
  // Lower case alone keeps the German ß from ss, and makes two of the Greek Σ.
  return bare.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
}

/** Each character with its neighbour, the last one alone: whatever part of a run is looked for begins one of them. */
function pairs(run: string): string[] {
  const characters = [...run];
  return characters.map((character, at) => character + (characters[at + 1] ?? ''));
}

/** Letters and digits of ASCII stand for themselves; `z` says that another character follows, as its number. */
function token(word: string): string {
  if (PLAIN.test(word)) return (PREFIX + word).slice(0, TOKEN_MAX);
  const ascii = word
    .slice(0, TOKEN_MAX)
    .replaceAll(/[^a-y0-9]/g, (unit) => `z${unit === 'z' ? 'z' : unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return (PREFIX + ascii).slice(0, TOKEN_MAX);
}
