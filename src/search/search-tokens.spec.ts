import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { TEXT_MAX } from '../messages/message.js';
import { conversationToken, queryTokens, textTokens } from './search-tokens.js';

/** The rule of the databases: each token of the query is a prefix of a token of the text. */
function matches(text: string, q: string): boolean {
  const own = textTokens(text);
  const wanted = queryTokens(q);
  return wanted.length > 0 && wanted.every((token) => own.some((other) => other.startsWith(token)));
}

describe('a text is found', () => {
  it.each([
    ['by a word', 'Hello, world', 'world'],
    ['by the beginning of a word', 'Hello, world', 'wor'],
    ['by words in any order', 'Hello, world', 'world hello'],
    ['in any case', 'hELLO', 'HeLLo'],
    ['without its accents', 'Où est le café Éphémère?', 'ou CAFE ephem'],
    ['with accents that it has not', 'resume', 'résumé'],
    ['in another form of Unicode', 'cafe\u0301', 'caf\u00e9'],
    ['by ss for ß', 'Die Straße', 'strass'],
    ['by ß for ss', 'STRASSE', 'straß'],
    ['by the beginning of a word with other letters later', 'smørrebrød', 'sm'],
    ['by a Turkish capital', 'İstanbul', 'istanbul'],
    ['in Cyrillic', 'Съешь ещё этих мягких булок', 'ЕЩЕ мягк'],
    ['in Greek', 'Η ΟΔΟΣ της Αθήνας', 'οδός αθηνα'],
    ['in Greek before a final sigma', 'οδοσήμανση', 'ΟΔΟΣ'],
    ['in Arabic', 'مرحبا بالعالم', 'بالعا'],
    ['in Hebrew', 'שלום עולם', 'עולם'],
    ['in Hindi', 'नमस्ते दुनिया', 'दुनिया'],
    ['in Korean', '안녕하세요 여러분', '안녕 여러'],
    ['in Chinese, in its middle', '我们明天去北京看长城', '北京'],
    ['in Chinese, by one character', '我们明天去北京看长城', '城'],
    ['in Chinese, by two parts', '我们明天去北京看长城', '长城 明天'],
    ['in Japanese, over its scripts', '東京タワーに行きました', 'タワーに行'],
    ['in Japanese, half width', 'ﾊﾝｶｸ', 'ハンカ'],
    ['in Thai', 'สวัสดีครับทุกคน', 'ครับ'],
    ['in Lao', 'ສະບາຍດີ', 'ບາຍ'],
    ['in Khmer', 'សួស្តីពិភពលោក', 'ពិភព'],
    ['in Burmese', 'မင်္ဂလာပါ', 'လာပါ'],
    ['between two scripts', 'iPhone15発売', '発売 iphone'],
    ['by an emoji', 'See you 🦊🎉', '🎉'],
    ['by an emoji with another skin', 'Fine 👍🏽', '👍🏿'],
    ['by one of an emoji’s people', '👨‍👩‍👧', '👧'],
    ['by a heart, drawn either way', 'I \u2764\ufe0f it', '\u2764'],
    ['by a flag', 'Hopp 🇨🇭', '🇨🇭'],
    ['by a number', 'Room 4711', '47'],
    ['by a name with an underscore', 'call do_it_now()', 'do_it'],
    ['over a soft hyphen', 'Donau\u00addampfer', 'donaudampf'],
    ['by a z', 'jazz', 'jazz'],
  ])('%s', (_case, text, q) => {
    expect(matches(text, q)).toBe(true);
  });

  it.each([
    ['the inside of a word', 'Hello', 'ello'],
    ['more than the word', 'Hello', 'hellos'],
    ['words of which it has not all', 'Hello, world', 'hello moon'],
    ['another letter in place of the underscore', 'axb', 'a_b'],
    ['characters that it has elsewhere', '北海道 東京', '京北'],
    ['another emoji', '🦊', '🦝'],
    ['another flag of the same letters', '🇨🇭🇫🇷', '🇭🇫'],
    ['another script’s look-alike', 'сор', 'cop'],
    ['the code of a character', 'é漢', 'z6f22'],
    ['a z that stands for something', '漢', 'z'],
  ])('not by %s', (_case, text, q) => {
    expect(matches(text, q)).toBe(false);
  });

  it.each(['', ' ', '+-*"()~<>@', '%', '\u0000', '…', '\u200d\ufe0f', '\u0301'])('by no query like %j', (q) => {
    expect(queryTokens(q)).toEqual([]);
  });
});

describe('tokens', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 300 });
  const word = fc.string({ unit: fc.constantFrom(...'abyz09_éжωß漢あ한ไ'), minLength: 1, maxLength: 60 });

  it('are distinct ASCII words of 3 to 84 characters, in limited numbers', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (any) => {
        for (const tokens of [textTokens(any), queryTokens(any)]) {
          for (const token of tokens) expect(token).toMatch(/^qq[a-z0-9]{1,82}$/);
          expect(new Set(tokens).size).toBe(tokens.length);
        }
        expect(queryTokens(any).length).toBeLessThanOrEqual(16);
      }),
    );
    expect(textTokens('\ufdfa'.repeat(TEXT_MAX)).length).toBeLessThanOrEqual(TEXT_MAX);
    expect(conversationToken('01a1fdd0-7b55-710d-8608-3b5d044d3806')).toMatch(/^cc[a-z0-9]{32}$/);
  });

  it('are the same for an ASCII word in an ASCII text and in other texts', () => {
    const ascii = fc.string({ unit: 'binary-ascii', maxLength: 200 });
    fc.assert(
      fc.property(ascii, (any) => {
        expect(new Set(textTokens(`${any} é`))).toEqual(new Set([...textTokens(any), 'qqe']));
      }),
    );
  });

  it('find a text by any prefix of any of its words', () => {
    const spaced = fc.string({ unit: fc.constantFrom(...'abyz09_éжωß한'), minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.array(spaced, { minLength: 1, maxLength: 9 }), fc.nat(8), fc.nat(59), (words, at, length) => {
        const wanted = words[at % words.length] ?? '';
        expect(matches(words.join(' '), wanted.slice(0, 1 + (length % wanted.length)))).toBe(true);
      }),
    );
  });

  it('find a text without spaces by any part of it', () => {
    const unspaced = fc.string({ unit: fc.constantFrom(...'漢字仮名あいうカキク'), minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(unspaced, fc.nat(39), fc.nat(39), (run, from, length) => {
        const start = from % run.length;
        expect(matches(run, run.slice(start, start + 1 + (length % (run.length - start))))).toBe(true);
      }),
    );
  });

  it('preserve the prefix relation of short words', () => {
    const short = fc.string({ unit: fc.constantFrom(...'abz09жω'), minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(short, short, (one, other) => {
        expect(matches(one, other)).toBe(one.startsWith(other));
      }),
    );
  });

  it('are the same in every case', () => {
    fc.assert(
      fc.property(word, (any) => {
        expect(textTokens(any.toUpperCase())).toEqual(textTokens(any));
      }),
    );
  });

  it('cover a Chinese message of 8,000 characters up to its end', () => {
    const run = Array.from({ length: TEXT_MAX }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('');
    expect(textTokens(run)).toHaveLength(TEXT_MAX);
    expect(matches(run, run.slice(-2))).toBe(true);
    expect(matches(run, run.slice(-1))).toBe(true);
  });
});
