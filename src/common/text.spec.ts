import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { cleanLine, cleanText, firstCharacters, fold } from './text.js';

const refusal = (code: string) =>
  expect.objectContaining({ extra: { errors: [expect.objectContaining({ field: 'f', code })] } });

describe('free text', () => {
  it.each([
    ['stays as it is', 'Hello, world!', 'Hello, world!'],
    ['is trimmed', ' \n\t Hello \u00a0\u3000\ufeff', 'Hello'],
    ['keeps newlines and tabs inside', 'a\n\n\tb', 'a\n\n\tb'],
    ['has its line ends converted to \\n', 'a\r\nb\r\nc', 'a\nb\nc'],
    ['is composed to NFC', 'e\u0301', '\u00e9'],
    ['keeps emoji sequences whole', '👩‍👩‍👧', '👩‍👩‍👧'],
    ['may be right-to-left', 'السلام', 'السلام'],
  ])('%s', (_case, raw, clean) => {
    expect(cleanText('f', raw, 100)).toBe(clean);
  });

  it.each([
    ['empty text', '', 'minLength'],
    ['blank text', ' \n\u2003', 'minLength'],
    ['a NUL', 'a\u0000b', 'pattern'],
    ['an escape', 'a\u001bb', 'pattern'],
    ['a lone carriage return', 'a\rb', 'pattern'],
    ['a control character above ASCII', 'a\u0085b', 'pattern'],
    ['a lone high surrogate', 'a\ud83eb', 'pattern'],
    ['a lone low surrogate', '\udd8a', 'pattern'],
    ['surrogates in the wrong order', '\udd8a\ud83e', 'pattern'],
    ['one character too many', 'abcdef', 'maxLength'],
    ['one emoji too many', '🦊🦊🦊🦊🦊🦊', 'maxLength'],
  ])('is rejected with %s, naming field and rule', (_case, raw, code) => {
    expect(() => cleanText('f', raw, 5)).toThrow(refusal(code));
  });

  it('is measured in characters after composing and trimming', () => {
    expect(cleanText('f', '🦊🦊🦊🦊🦊', 5)).toBe('🦊🦊🦊🦊🦊');
    expect(cleanText('f', '  e\u0301e\u0301e\u0301e\u0301e\u0301  ', 5)).toBe('ééééé');
  });

  it('is unchanged when cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (raw) => {
        let clean: string;
        try {
          clean = cleanText('f', raw, 40);
        } catch {
          return;
        }
        expect(cleanText('f', clean, 40)).toBe(clean);
        expect([...clean].length).toBeLessThanOrEqual(40);
        expect(clean).toBe(clean.trim().normalize('NFC'));
      }),
    );
  });
});

describe('a single line', () => {
  it('is trimmed', () => {
    expect(cleanLine('f', '\n One line\t', 100)).toBe('One line');
  });

  it.each([
    ['a newline', 'a\nb'],
    ['a tab', 'a\tb'],
    ['a Windows newline', 'a\r\nb'],
  ])('is rejected with %s', (_case, raw) => {
    expect(() => cleanLine('f', raw, 100)).toThrow(refusal('pattern'));
  });
});

describe('a folded name', () => {
  it.each([
    ['case', 'ÄRGER', 'ärger'],
    ['composition', 'E\u0301', '\u00e9'],
    ['Greek case', 'ΣΟΦΊΑ', 'σοφία'],
  ])('ignores %s', (_case, text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('fits its column even if truncation would split a character', () => {
    expect(fold('🦊'.repeat(10), 5)).toBe('🦊🦊\ufffd');
    expect(fold('x'.repeat(300))).toHaveLength(128);
  });
});

describe('the first characters', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc'],
    ['🦊🦊🦊🦊', 3, '🦊🦊🦊'],
    ['a🦊b🦊c', 4, 'a🦊b🦊'],
    ['', 3, ''],
  ])('of %p, limited to %d, are %p', (text, max, first) => {
    expect(firstCharacters(text, max)).toBe(first);
  });

  it('are whole characters, as many as exist, up to the limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-composite', maxLength: 40 }), fc.nat(30), (text, max) => {
        expect(firstCharacters(text, max)).toBe([...text].slice(0, max).join(''));
      }),
    );
  });
});
