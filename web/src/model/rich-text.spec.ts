import { describe, expect, it } from '@jest/globals';

import { isEmojiOnly, parseRichText } from './rich-text.js';

const noMentions = new Map<string, string>();

describe('parseRichText', () => {
  it('leaves markup as plain text', () => {
    const text = '<img src=x onerror=alert(1)> & <b>bold</b>\nnext line';
    expect(parseRichText(text, noMentions)).toEqual([{ kind: 'text', text }]);
  });

  it('finds links, and excludes the punctuation that ends a sentence', () => {
    expect(parseRichText('See https://example.org/a?b=c. And (http://example.com)!', noMentions)).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://example.org/a?b=c', href: 'https://example.org/a?b=c' },
      { kind: 'text', text: '. And (' },
      { kind: 'link', text: 'http://example.com', href: 'http://example.com' },
      { kind: 'text', text: ')!' },
    ]);
  });

  it('does not link URLs that run code', () => {
    expect(parseRichText('javascript:alert(1) data:text/html,x', noMentions)).toHaveLength(1);
  });

  it('finds the names of mentioned users only', () => {
    const mentioned = new Map([['ada', 'id-of-ada']]);
    expect(parseRichText('@Ada. and @bob, not me@ada.org', mentioned)).toEqual([
      { kind: 'mention', text: '@Ada', userId: 'id-of-ada' },
      { kind: 'text', text: '. and @bob, not me@ada.org' },
    ]);
  });

  it('finds code, and no mentions inside it', () => {
    expect(parseRichText('run `npm @ada`', new Map([['ada', 'x']]))).toEqual([
      { kind: 'text', text: 'run ' },
      { kind: 'code', text: 'npm @ada' },
    ]);
  });

  it('loses no character of the text', () => {
    const text = 'a `b` @ada https://x.org, `c` d';
    const whole = parseRichText(text, new Map([['ada', 'x']])).map((segment) =>
      segment.kind === 'code' ? `\`${segment.text}\`` : segment.text,
    );
    expect(whole.join('')).toBe(text);
  });
});

describe('isEmojiOnly', () => {
  it.each([
    ['👍', true],
    ['👩‍👩‍👧 🎉', true],
    ['🇫🇷', true],
    ['ok 👍', false],
    ['123', false],
    [' ', false],
  ])('of %p is %p', (text, isEmoji) => {
    expect(isEmojiOnly(text)).toBe(isEmoji);
  });
});
