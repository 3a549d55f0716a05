import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, extname } from 'node:path';

import ts from 'typescript';

/**
 * Counts words of a private vocabulary in the prose of each folder: comments, strings and Markdown. `npm run check` runs
 * it; it exits with 1 when a folder has more than one in 1,000 words. CONTRIBUTING.md says how to write instead.
 *
 *     node scripts/word-check.mjs                the folders above the limit, with each place
 *     node scripts/word-check.mjs --list PATH    each place below a path
 *     node scripts/word-check.mjs --figures      words per 1,000 by folder, as a table
 */
const LIMIT_PER_1000 = 1;
/** Messages that people write in examples and tests are quotations, not our prose. */
const QUOTED = /^(web|client)\/test\/|^test\/e2e\/(chat|search)\.spec/;
/** A string with fewer words is a name, a key or a query, and no prose. */
const PROSE_WORDS = 3;

const ASKED_FOR =
  '(?:says?|states?|tells?|explains?|shows?|lists?|defines?|decides?|describes?|knows?|checks?|see|about|exactly)';
const PRIVATE = [
  ['told, tell', /\b(?:told|tells?|telling|untold)\b/gi],
  ['hear', /\b(?:hear|hears|heard|hearing)\b/gi],
  ['somebody, nobody', /\b(?:somebody|nobody|anybody|whoever|whomever)\b/gi],
  ['whatever', /\bwhatever\b/gi],
  // A clause in the place of a noun: "who reads too slowly is dropped", "what waits is sent".
  [
    'who as a noun',
    /(?:(?:^|[.:;!?(]\s+)|\b(?:of|to|by|from|for|with|than|as|and|or|but|in|on|at|is|are|only|those)\s+)who(?:se)?\s+(?![^.]*\?)/gi,
  ],
  ['what as a noun', new RegExp(`(?<!\\b${ASKED_FOR}\\s)\\bwhat\\b(?![^.]*\\?)`, 'gi')],
  ['let go, at home', /\b(?:lets? go|letting go|at home)\b/gi],
  ['comes back, goes on', /\b(?:comes? back|came back|goes on|go on|went on|going on)\b/gi],
];
const FIELD =
  /\b(?:queues?|queued|buffers?|buffered|retr(?:y|ies|ied)|locks?|locked|subscri(?:be|bes|bed|ption|ptions)|publish(?:es|ed)?|handlers?|flush(?:es|ed)?|commit(?:s|ted)?|batch(?:es)?|broadcasts?|deliver(?:s|ed|y)?|evicts?|evicted|expires?|acknowledg\w+|replay\w*|drain\w*|throttl\w+|timeouts?)\b/gi;

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { encoding: 'utf8' }).split('\n');
const CODE = new Set(['.ts', '.tsx', '.mjs', '.js', '.mts']);
const MARKED = new Set(['.md']);
const HASHED = new Set(['.sh', '.yml', '.yaml', '.example']);

/** The prose of a file, as pieces with the line on which each begins. */
function prose(path, text) {
  const extension = extname(path);
  if (CODE.has(extension)) return codeProse(path, text);
  if (MARKED.has(extension))
    return lines(text.replace(/```[\s\S]*?```/g, blank).replace(/`[^`\n]*`|\]\([^)\n]*\)/g, blank));
  if (HASHED.has(extension)) return lines(text).filter(({ text: line }) => /^\s*#/.test(line));
  if (extension === '.css') return comments(text);
  return [];
}

const blank = (match) => match.replace(/[^\n]/g, ' ');
const lines = (text) => text.split('\n').map((line, index) => ({ text: line, line: index + 1 }));
const lineAt = (text, position) => text.slice(0, position).split('\n').length;
const comments = (text) =>
  [...text.matchAll(/\/\*[\s\S]*?\*\/|\/\/.*/g)].map((match) => ({
    text: plain(match[0]),
    line: lineAt(text, match.index),
  }));

/** A comment without its marks and without the code that it names. */
const plain = (comment) =>
  comment
    .replace(/^\s*\/?\*+\/?|\*\/|^\s*\/\//gm, ' ')
    .replace(/`[^`]*`/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

function codeProse(path, text) {
  const source = ts.createSourceFile(
    path,
    text,
    ts.ScriptTarget.Latest,
    true,
    path.endsWith('x') ? ts.ScriptKind.TSX : undefined,
  );
  const pieces = [];
  const seen = new Set();
  const add = (from, words) => pieces.push({ text: words, line: lineAt(text, from) });
  const visit = (node) => {
    for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []) comment(range);
    for (const range of ts.getTrailingCommentRanges(text, node.getEnd()) ?? []) comment(range);
    const isImport = node.parent && (ts.isImportDeclaration(node.parent) || ts.isExportDeclaration(node.parent));
    if (
      (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) &&
      !isImport
    ) {
      if (
        node.text.split(/\s+/).filter((word) => /[a-z]{2}/i.test(word)).length >= PROSE_WORDS &&
        !/\b(SELECT|INSERT|UPDATE|DELETE|FROM|WHERE)\b/.test(node.text)
      )
        add(node.getStart(), node.text.replace(/`[^`]*`/g, ' '));
    }
    if (ts.isJsxText(node) && /[a-z]{2}/i.test(node.text)) add(node.getStart(), node.text);
    ts.forEachChild(node, visit);
  };
  const comment = ({ pos, end }) => {
    if (seen.has(pos)) return;
    seen.add(pos);
    add(pos, plain(text.slice(pos, end)));
  };
  visit(source);
  for (const range of ts.getLeadingCommentRanges(text, source.endOfFileToken.getFullStart()) ?? []) comment(range);
  return pieces;
}

const folders = new Map();
for (const path of tracked) {
  if (
    !path ||
    /(^|\/)(generated|node_modules|dist)\/|package-lock|LICENSE|scripts\/word-check\.mjs$|glossary\.md$/.test(path) ||
    QUOTED.test(path)
  )
    continue;
  if (!CODE.has(extname(path)) && !MARKED.has(extname(path)) && !HASHED.has(extname(path)) && extname(path) !== '.css')
    continue;
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    continue;
  }
  const folder = dirname(path);
  const entry = folders.get(folder) ?? { words: 0, field: 0, counts: new Map(), places: [] };
  folders.set(folder, entry);
  for (const piece of prose(path, text)) {
    entry.words += piece.text.match(/[a-z][a-z'’-]*/gi)?.length ?? 0;
    entry.field += piece.text.match(FIELD)?.length ?? 0;
    for (const [name, pattern] of PRIVATE) {
      for (const match of piece.text.matchAll(pattern)) {
        entry.counts.set(name, (entry.counts.get(name) ?? 0) + 1);
        entry.places.push({
          path,
          line: piece.line,
          name,
          around: piece.text.slice(Math.max(0, match.index - 50), match.index + 70).trim(),
        });
      }
    }
  }
}

const rate = (count, words) => (words === 0 ? 0 : (1_000 * count) / words);
const [mode, below = ''] = process.argv.slice(2);
if (mode === '--figures') {
  console.log(['folder', 'words', ...PRIVATE.map(([name]) => name), 'all private', 'terms of the field'].join(' | '));
  for (const [folder, { words, field, counts, places }] of [...folders].sort())
    console.log(
      [
        folder,
        words,
        ...PRIVATE.map(([name]) => rate(counts.get(name) ?? 0, words).toFixed(1)),
        rate(places.length, words).toFixed(1),
        rate(field, words).toFixed(1),
      ].join(' | '),
    );
} else {
  for (const [folder, { words, places }] of [...folders].sort()) {
    const isAbove = places.length > Math.max(1, (LIMIT_PER_1000 * words) / 1_000);
    const isAsked = mode === '--list' && `${folder}/`.startsWith(below);
    if (!(isAbove && mode !== '--list') && !isAsked) continue;
    console.log(`${folder}: ${places.length} in ${words} words`);
    for (const { path, line, name, around } of places) console.log(`  ${path}:${line} [${name}] …${around}…`);
    if (isAbove) process.exitCode = 1;
  }
}
