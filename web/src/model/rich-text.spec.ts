import { describe, expect, it } from '@jest/globals';

import { memberOf } from './fixtures.js';
import { mentionCandidates, mentionedUserIds, mentionQuery } from './mentions.js';
import { isEmojiOnly, parseRichText } from './rich-text.js';

const nobody = new Map<string, string>();

describe('the pieces of a text', () => {
  it('are the text itself, whatever it looks like', () => {
    const text = '<img src=x onerror=alert(1)> & <b>bold</b>\nnext line';
    expect(parseRichText(text, nobody)).toEqual([{ kind: 'text', text }]);
  });

  it('are links without what ends a sentence', () => {
    expect(parseRichText('See https://example.org/a?b=c. And (http://example.com)!', nobody)).toEqual([
      { kind: 'text', text: 'See ' },
      { kind: 'link', text: 'https://example.org/a?b=c', href: 'https://example.org/a?b=c' },
      { kind: 'text', text: '. And (' },
      { kind: 'link', text: 'http://example.com', href: 'http://example.com' },
      { kind: 'text', text: ')!' },
    ]);
  });

  it('link to nothing that would run', () => {
    expect(parseRichText('javascript:alert(1) data:text/html,x', nobody)).toHaveLength(1);
  });

  it('are names of those who are mentioned, and of nobody else', () => {
    const mentioned = new Map([['ada', 'id-of-ada']]);
    expect(parseRichText('@Ada. and @bob, not me@ada.org', mentioned)).toEqual([
      { kind: 'mention', text: '@Ada', userId: 'id-of-ada' },
      { kind: 'text', text: '. and @bob, not me@ada.org' },
    ]);
  });

  it('are code, in which nothing else is special', () => {
    expect(parseRichText('run `npm @ada`', new Map([['ada', 'x']]))).toEqual([
      { kind: 'text', text: 'run ' },
      { kind: 'code', text: 'npm @ada' },
    ]);
  });

  it('give the whole text back', () => {
    const text = 'a `b` @ada https://x.org, `c` d';
    const whole = parseRichText(text, new Map([['ada', 'x']])).map((piece) =>
      piece.kind === 'code' ? `\`${piece.text}\`` : piece.text,
    );
    expect(whole.join('')).toBe(text);
  });

  it.each([
    ['👍', true],
    ['👩‍👩‍👧 🎉', true],
    ['🇫🇷', true],
    ['ok 👍', false],
    ['123', false],
    [' ', false],
  ])('know that %p is a few emoji: %p', (text, is) => {
    expect(isEmojiOnly(text)).toBe(is);
  });
});

describe('mentions', () => {
  const members = [
    memberOf('1', 'ada', 'Ada Lovelace'),
    memberOf('2', 'grace.h', 'Grace Hopper'),
    memberOf('3', 'hedy', 'Hedy Lamarr'),
    memberOf('4', null, null),
  ];

  it.each([
    ['@', 1, { from: 0, query: '' }],
    ['hello @Gra', 10, { from: 6, query: 'gra' }],
    ['hello @gra and', 9, { from: 6, query: 'gr' }],
    ['mail me@gra', 11, null],
    ['@gra ', 5, null],
    ['no', 2, null],
  ])('are being written in %p at %p: %p', (text, caret, query) => {
    expect(mentionQuery(text, caret)).toEqual(query);
  });

  it('may mean whose username, or a word of whose name, begins so', () => {
    const names = (query: string): (string | null)[] =>
      mentionCandidates(members, query, '1').map(({ user }) => user.username);
    expect(names('h')).toEqual(['hedy', 'grace.h']);
    expect(names('')).toEqual(['grace.h', 'hedy']);
    expect(names('ada')).toEqual([]);
  });

  it('are of members alone, whatever their case', () => {
    expect(mentionedUserIds('@Ada, @grace.h. and @stranger; mail x@hedy', members)).toEqual(['1', '2']);
  });
});
