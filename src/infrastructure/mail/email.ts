/** A mail to one person, as plain text and as the same in HTML (RFC 2046 §5.1.4). */
export interface Email {
  /** An address that has passed validation. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Words, or a link with the words that stand on it. */
type Paragraph = string | { readonly label: string; readonly url: string };

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A letter of a few paragraphs. The text shows where a link leads; the HTML is nothing but paragraphs and links, so that it
 * looks like what its reader is used to, and loads nothing.
 */
export function composeEmail(to: string, subject: string, paragraphs: readonly Paragraph[]): Email {
  return {
    to,
    subject,
    text:
      paragraphs.map((part) => (typeof part === 'string' ? part : `${part.label}:\n${part.url}`)).join('\n\n') + '\n',
    html: `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${escaped(subject)}</title></head><body>\n${paragraphs
      .map((part) => `<p>${typeof part === 'string' ? escaped(part) : link(part)}</p>\n`)
      .join('')}</body></html>\n`,
  };
}

const link = ({ label, url }: { label: string; url: string }): string =>
  `<a href="${escaped(url)}">${escaped(label)}</a>`;

const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => MARKUP[character] ?? '');
