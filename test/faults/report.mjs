import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const COLUMNS = {
  nemesis: ({ nemesis }) => nemesis,
  database: ({ database }) => database,
  acknowledged: ({ acknowledged }) => acknowledged,
  lost: countOf('lost'),
  doubled: countOf('doubled'),
  gaps: countOf('gap'),
  other: ({ violations }) => violations.filter(({ rule }) => !['lost', 'doubled', 'gap'].includes(rule)).length,
  retries: ({ retries }) => retries,
  races: ({ races }) => races,
  unanswered: ({ unanswered }) => unanswered,
  internal: ({ failed }) => failed?.internal ?? 0,
  connections: ({ connections }) => connections,
  'converged in': ({ convergedMs }) => (convergedMs === null ? 'NEVER' : `${(convergedMs / 1_000).toFixed(1)} s`),
};
/** Findings shown per rule. */
const SHOWN = 3;

export const isGood = ({ violations, convergedMs }) => violations.length === 0 && convergedMs !== null;

/** Prints a table of all trials, and the violations. */
export function print(rows) {
  const heads = Object.keys(COLUMNS);
  const cells = [
    heads,
    heads.map(() => '---'),
    ...rows.map((row) => heads.map((head) => String(COLUMNS[head](row) ?? ''))),
  ];
  const widths = heads.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  for (const line of cells) console.log(`| ${line.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  for (const row of rows.filter((row) => !isGood(row))) explain(row);
}

/** Prints the violations of one trial. */
export function explain({ nemesis, database, violations, convergedMs }) {
  console.log(`\n${nemesis} on ${database}:`);
  if (convergedMs === null)
    console.log('  some clients did not converge to the server’s state in time after the fault');
  for (const [rule, found] of grouped(violations)) {
    console.log(`  ${rule}: ${found.length}`);
    for (const { detail } of found.slice(0, SHOWN)) console.log(`    ${detail}`);
  }
}

/**
 * Writes `faults.json`, with the counts of a Jest report, so that they can be summed, and the evidence of each failed
 * trial in `faults/`.
 */
export function write(folder, seed, rows) {
  const trials = rows.map((row) => ({ ...row, evidence: undefined }));
  const bad = rows.filter((row) => !isGood(row));
  const status = (row) => (isGood(row) ? 'passed' : 'failed');
  const report = {
    numPassedTests: rows.length - bad.length,
    numFailedTests: bad.length,
    numRuntimeErrorTestSuites: 0,
    testResults: [
      { assertionResults: rows.map((row) => ({ fullName: `${row.nemesis} on ${row.database}`, status: status(row) })) },
    ],
    seed,
    trials,
  };
  writeFileSync(join(folder, 'faults.json'), JSON.stringify(report, null, 2));
  if (bad.length > 0) mkdirSync(join(folder, 'faults'), { recursive: true });
  for (const [index, { nemesis, database, evidence }] of bad.entries()) {
    writeFileSync(join(folder, 'faults', `${index + 1}-${nemesis}-${database}.json`), JSON.stringify(evidence));
  }
}

function countOf(rule) {
  return ({ violations }) => violations.filter((violation) => violation.rule === rule).length;
}

function grouped(violations) {
  const groups = new Map();
  for (const violation of violations) groups.set(violation.rule, [...(groups.get(violation.rule) ?? []), violation]);
  return groups;
}
