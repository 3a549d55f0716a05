/** An e-mail to one recipient, with equivalent plain-text and HTML parts (RFC 2046 §5.1.4). */
export interface Email {
  /** An address that has passed validation. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Text, or a link with its label. */
type Paragraph = string | { readonly label: string; readonly url: string };

const MARKUP: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * Composes an e-mail from paragraphs. The text part shows each link's URL. The HTML part contains only paragraphs and
 * links: it loads nothing, and mail clients apply their own styles.
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
