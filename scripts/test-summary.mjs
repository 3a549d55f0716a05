import { readdirSync, readFileSync } from 'node:fs';
import { join, parse } from 'node:path';

/**
 * Sums the Jest reports (`--json --outputFile`) of a folder and prints `N passed, N failed`. A suite that did not
 * start counts as failed; a skipped test fails the run.
 */
const folder = process.argv[2];
let passed = 0;
let failed = 0;
const skipped = [];

for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const failures = report.numFailedTests + report.numRuntimeErrorTestSuites;
  console.log(`${parse(file).name}: ${report.numPassedTests} passed, ${failures} failed`);
  passed += report.numPassedTests;
  failed += failures;
  for (const suite of report.testResults) {
    for (const test of suite.assertionResults) {
      if (test.status !== 'passed' && test.status !== 'failed') skipped.push(`${test.fullName} (${test.status})`);
    }
  }
}

for (const name of skipped) console.log(`not run: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || skipped.length > 0 || passed === 0 ? 1 : 0;
