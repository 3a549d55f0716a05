import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { CORES, describeMachine, fileLimit } from './lib/machine.mjs';
import { markdown } from './lib/report.mjs';
import { environmentDifferences, previousResults } from './lib/results.mjs';
import { cleanUpOnInterrupt } from './lib/scope.mjs';
import { abuse } from './suites/abuse.mjs';
import { connections } from './suites/connections.mjs';
import { fanout } from './suites/fanout.mjs';
import { growth } from './suites/growth.mjs';
import { nodes } from './suites/nodes.mjs';
import { rest } from './suites/rest.mjs';
import { sends } from './suites/sends.mjs';

const SUITES = { fanout, sends, rest, connections, growth, nodes, abuse };
const RUNS = 3;
const FILES_NEEDED = 6_000;

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(SUITES);
const unknown = names.filter((name) => !SUITES[name]);
if (unknown.length > 0) fail(`no such suite: ${unknown.join(', ')}. Suites: ${Object.keys(SUITES).join(', ')}.`);

const databaseUrl = process.env.BENCH_DATABASE_URL ?? process.env.TEST_MARIADB_URL;
if (!databaseUrl)
  fail('Set BENCH_DATABASE_URL to a MariaDB whose user may create databases: mysql://user:password@host:port/database');
const redisUrl = process.env.BENCH_REDIS_URL ?? process.env.TEST_REDIS_URL;
if (names.includes('nodes') && !redisUrl)
  fail('The suite "nodes" needs Redis 7 or newer. Set BENCH_REDIS_URL: redis://host:port');
if (fileLimit() < FILES_NEEDED)
  fail(`The limit of open files is ${fileLimit()}, and 5,000 sockets need ${FILES_NEEDED}. Raise it with ulimit -n.`);

cleanUpOnInterrupt();
const started = performance.now();
const { quick } = values;
const write = values.write || !quick;
const machine = await describeMachine(databaseUrl, redisUrl);
// Named suites replace their own results only, and record how their environment differs from the earlier one.
const results = write && positionals.length > 0 ? previousResults(machine) : { machine, parts: {} };
const differs = environmentDifferences(machine, results);
if (CORES.server === null)
  console.log('Processes cannot be pinned to cores on this machine, so they disturb each other.');
if (quick)
  console.log('QUICK: one short run with smaller sizes. It shows that the suites work; do not quote its numbers.');

for (const name of names) {
  const began = performance.now();
  console.log(`\n${name}`);
  const tables = await SUITES[name]({ quick, times: quick ? 1 : RUNS, databaseUrl, redisUrl, log });
  const seconds = Math.round((performance.now() - began) / 1_000);
  results.parts[name] = { taken: new Date().toISOString(), quick, runs: quick ? 1 : RUNS, seconds, differs, tables };
}

const report = markdown(results);
if (write) {
  writeFileSync('bench/results.json', `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync('bench/RESULTS.md', report);
}
console.log(`\n${report}`);
console.log(`${Math.round((performance.now() - started) / 1_000)} s${write ? '; written to bench/RESULTS.md' : ''}`);

function log(label, row = {}) {
  const shown = Object.entries(row).map(
    ([name, value]) => `${name} ${typeof value === 'number' ? +value.toPrecision(4) : value}`,
  );
  console.log(`  ${label}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
