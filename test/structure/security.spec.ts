import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';

import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/*
 * What docs/security.md promises of the code as a whole.
 */

/** Longer than any text that anybody sends, so that what is not linear shows. */
const LENGTH = 100_000;
/** A regular expression that is linear needs a millisecond or two, one that is quadratic many seconds. */
const WATCHDOG_MS = 2_000;

/** Repeated, these are what texts that take long are made of; so is each character of the expression itself. */
const PUMPS = [
  'a',
  'A',
  '0',
  ' ',
  '\n',
  'é',
  '漢',
  '👍',
  '👍\u200d',
  '🇪🇺',
  'https://',
  '@a',
  '@a.',
  '`a',
  'a:',
  '/a',
  'a.',
];

describe('every regular expression', () => {
  it.each(unbounded())('is linear: %s', (_where, expression) => {
    const context = vm.createContext({ expression, probe: '' });
    const script = new vm.Script("probe.replace(expression, '')");
    for (const pump of new Set([...PUMPS, ...expression.source])) {
      // What is repeated does not end as almost everything would have it.
      context['probe'] = `${pump.repeat(LENGTH / pump.length)}\0a`;
      expect(() => script.runInContext(context, { timeout: WATCHDOG_MS }) as unknown).not.toThrow();
    }
  });

  it('is a literal, or else the check above does not see it', () => {
    const made = sources().filter(({ text }) => /\bRegExp\(/.test(text));
    expect(made.map(({ path }) => path)).toEqual([]);
  });
});

describe('docs/security.md', () => {
  const text = readFileSync('docs/security.md', 'utf8');
  const files = [...new Set(Array.from(text.matchAll(/`([\w/.-]+\.spec\.m?ts)`/g), ([, path = '']) => path))];

  it('names tests that exist', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((path) => !existsSync(path))).toEqual([]);
  });
});

/** Those that repeat without a bound, of what is shipped and of the documents’ schemas; the others do a bounded work. */
function unbounded(): [where: string, expression: RegExp][] {
  const found = sources().flatMap(({ path, text }) =>
    literalsOf(path, text).map((literal) => [path, literal] as const),
  );
  const patterns = ['docs/openapi.json', 'docs/asyncapi.json'].flatMap((path) =>
    Array.from(readFileSync(path, 'utf8').matchAll(/"pattern": ("(?:[^"\\]|\\.)*")/g), ([, pattern = '""']) => {
      return [path, `/${String(JSON.parse(pattern))}/u`] as const;
    }),
  );
  return [...found, ...patterns]
    .map(([path, literal]): [string, RegExp] => {
      const end = literal.lastIndexOf('/');
      return [`${path} ${literal.slice(0, 60)}`, new RegExp(literal.slice(1, end), literal.slice(end + 1))];
    })
    .filter(([, { source }]) => /[*+]|\{\d+,\}/.test(source));
}

function sources(): { path: string; text: string }[] {
  return ['src', 'client/src', 'web/src', 'web/worker'].flatMap((root) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.spec)\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
  );
}

function literalsOf(path: string, text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return found;
}
