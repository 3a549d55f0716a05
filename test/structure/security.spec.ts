import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';

import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/* Checks the rules of docs/security.md that concern the code as a whole. */

/** Longer than any accepted text, so that super-linear time shows. */
const LENGTH = 100_000;
/** A linear expression needs a millisecond or two, a quadratic one many seconds. */
const WATCHDOG_MS = 2_000;

/** Repeated, these make texts that are slow to match. The characters of each expression are repeated too. */
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
      // The ending fails almost every match, which forces backtracking.
      context['probe'] = `${pump.repeat(LENGTH / pump.length)}\0a`;
      expect(() => script.runInContext(context, { timeout: WATCHDOG_MS }) as unknown).not.toThrow();
    }
  });

  it('is a literal, so that the check above finds it', () => {
    const made = sources().filter(({ text }) => /\bRegExp\(/.test(text));
    expect(made.map(({ path }) => path)).toEqual([]);
  });
});

describe('docs/security.md', () => {
  const text = readFileSync('docs/security.md', 'utf8');
  const files = [...new Set(Array.from(text.matchAll(/`([\w/.-]+\.spec\.m?ts)`/g), ([, path = '']) => path))];

  it('names existing tests only', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((path) => !existsSync(path))).toEqual([]);
  });
});

/** The expressions with unbounded repetition, in shipped code and in the schemas of the API documents. */
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
