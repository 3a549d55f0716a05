/** A part of a message's text. Segments are plain text: components render them as elements, never as markup. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly userId: string };

/** A link, `code`, or an @name. Each alternative matches in linear time. */
const TOKEN = /https?:\/\/[^\s<>"]+|`[^`\n]+`|@[a-zA-Z0-9._]{3,33}/g;
/**
 * Punctuation that ends a sentence rather than a URL. The look-behind makes the expression try each run of punctuation
 * once; without it, matching a long run takes quadratic time.
 */
const TRAILING_PUNCTUATION = /(?<![.,!?;:'")\]])[.,!?;:'")\]]+$/;
const EMOJI_ONLY =
  /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*|\p{Regional_Indicator}{2}|\s){1,12}$/u;

/**
 * Splits a message into text, code, links and mentions.
 * @param mentioned ids of the mentioned users, by lower-case username
 */
export function parseRichText(text: string, mentioned: ReadonlyMap<string, string>): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const segment = parseToken(match[0], mentioned, text[match.index - 1]);
    if (!segment) continue;
    if (match.index > end) segments.push({ kind: 'text', text: text.slice(end, match.index) });
    segments.push(segment);
    end = match.index + sourceLength(segment);
  }
  if (end < text.length) segments.push({ kind: 'text', text: text.slice(end) });
  return segments;
}

/** Whether a text is only a few emoji. Such a message is shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 40 && text.trim() !== '' && EMOJI_ONLY.test(text);
}

function parseToken(raw: string, mentioned: ReadonlyMap<string, string>, before: string | undefined): Segment | null {
  if (raw.startsWith('`')) return { kind: 'code', text: raw.slice(1, -1) };
  if (raw.startsWith('@')) {
    // A word character before the @ makes it an e-mail address.
    if (before !== undefined && /[\w.]/.test(before)) return null;
    const name = raw.slice(1).replace(/(?<!\.)\.+$/, '');
    const userId = mentioned.get(name.toLowerCase());
    return userId === undefined ? null : { kind: 'mention', text: `@${name}`, userId };
  }
  const text = raw.replace(TRAILING_PUNCTUATION, '');
  return URL.canParse(text) ? { kind: 'link', text, href: text } : null;
}

/** Length in the message; code has lost its two backticks. */
const sourceLength = ({ kind, text }: Segment): number => text.length + (kind === 'code' ? 2 : 0);
