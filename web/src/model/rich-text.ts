/** A piece of a message's text. What it says is always text: whoever draws it makes elements of it, never markup. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string }
  | { readonly kind: 'mention'; readonly text: string; readonly userId: string };

/** A link, `code`, or an @name; each alternative is linear, whatever the text. */
const TOKEN = /https?:\/\/[^\s<>"]+|`[^`\n]+`|@[a-zA-Z0-9._]{3,33}/g;
/** What ends a sentence rather than an address. It is tried once for each run of such signs, or a long run would take for ever. */
const TRAILING_PUNCTUATION = /(?<![.,!?;:'")\]])[.,!?;:'")\]]+$/;
const EMOJI_ONLY =
  /^(?:\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier}|\u200D\p{Extended_Pictographic})*|\p{Regional_Indicator}{2}|\s){1,12}$/u;

/** @param mentioned the ids of those whom the message mentions, by username */
export function parseRichText(text: string, mentioned: ReadonlyMap<string, string>): Segment[] {
  const pieces: Segment[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const piece = parseToken(match[0], mentioned, text[match.index - 1]);
    if (!piece) continue;
    if (match.index > end) pieces.push({ kind: 'text', text: text.slice(end, match.index) });
    pieces.push(piece);
    end = match.index + sourceLength(piece);
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

/** A few emoji and nothing else are drawn large. */
export function isEmojiOnly(text: string): boolean {
  return text.length <= 40 && text.trim() !== '' && EMOJI_ONLY.test(text);
}

function parseToken(raw: string, mentioned: ReadonlyMap<string, string>, before: string | undefined): Segment | null {
  if (raw.startsWith('`')) return { kind: 'code', text: raw.slice(1, -1) };
  if (raw.startsWith('@')) {
    // An address has something before the sign.
    if (before !== undefined && /[\w.]/.test(before)) return null;
    const name = raw.slice(1).replace(/(?<!\.)\.+$/, '');
    const userId = mentioned.get(name.toLowerCase());
    return userId === undefined ? null : { kind: 'mention', text: `@${name}`, userId };
  }
  const text = raw.replace(TRAILING_PUNCTUATION, '');
  return URL.canParse(text) ? { kind: 'link', text, href: text } : null;
}

const sourceLength = (piece: Segment): number => piece.text.length + (piece.kind === 'code' ? 2 : 0);
