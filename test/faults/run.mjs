import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { NEMESES } from './nemeses.mjs';
import { Random } from './random.mjs';
import { explain, isGood, print, write } from './report.mjs';
import { missingDatabases, DatabaseServer } from './site/databases.mjs';
import { has, cleanUp } from './site/process.mjs';
import { runTrial } from './trial.mjs';

const USAGE = `npm run test:faults -- [--list] [--only <name>]… [--on mariadb|mysql] [--minutes <count>] [--seed <number>] [--nodes 1]`;

const { values } = parseArgs({
  options: {
    list: { type: 'boolean' },
    help: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    on: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    nodes: { type: 'string', default: '2' },
  },
});
const names = values.only ?? Object.keys(NEMESES);
const unknown = names.filter((name) => !NEMESES[name]);
if (values.list || values.help || unknown.length > 0) {
  console.log(USAGE);
  for (const [name, { about }] of Object.entries(NEMESES)) console.log(`  ${name.padEnd(16)} ${about}`);
  for (const name of unknown) console.error(`unknown fault ${name}`);
  process.exit(unknown.length > 0 ? 1 : 0);
}

const databases = chosenDatabases();
const missing = [...missingDatabases(databases), ...names.map((name) => NEMESES[name].needs).filter(Boolean)];
if (!has('redis-server')) missing.push('Redis: `redis-server` in PATH (Debian: redis-server)');
if (databases.length === 0) missing.push(`a database named ${values.on}`);
if (!existsSync('dist/main.js')) missing.push('dist/main.js: npm run build');
if (missing.length > 0) {
  for (const requirement of new Set(missing)) console.error(`missing: ${requirement}`);
  process.exit(1);
}

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('exit', cleanUp);

const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const random = new Random(seed);
console.log(`seed ${seed}; repeat the choices with --seed ${seed}; their timing varies`);
if (!values.only && values.minutes === undefined) {
  console.log('short form: database faults on every database, the others on one of them');
}
const rows = await run();
console.log();
print(rows);
if (process.env.TEST_REPORTS) write(process.env.TEST_REPORTS, seed, rows);
process.exitCode = rows.every(isGood) ? 0 : 1;

async function run() {
  const servers = {};
  try {
    for (const name of databases) servers[name] = await DatabaseServer.start(name);
    // Each trial has a site of its own, so that lanes do not disturb each other.
    const lanes = databases.map((name) => {
      const lane = random.branch();
      return tryAll(servers[name], plan(name, lane), lane);
    });
    return (await Promise.all(lanes)).flat();
  } finally {
    for (const server of Object.values(servers)) await server.remove();
  }
}

async function tryAll(database, nemeses, lane) {
  const rows = [];
  for (const name of nemeses) {
    const started = performance.now();
    const trial = { name, nemesis: NEMESES[name], database, nodes: Number(values.nodes) };
    const row = await runTrial({ ...trial, random: lane.branch() }).catch((error) => aborted(trial, error));
    rows.push(isGood(row) ? { ...row, evidence: undefined } : row);
    const seconds = Math.round((performance.now() - started) / 1_000);
    console.log(`${name} on ${database.name}: ${isGood(row) ? 'ok' : 'FAILED'}, ${seconds} s`);
    if (!isGood(row)) explain(row);
  }
  return rows;
}

/** The result of a trial that threw. */
function aborted({ name, database }, { stack }) {
  const violations = [{ rule: 'aborted', detail: stack }];
  return { nemesis: name, database: database.name, convergedMs: null, violations };
}

/** The faults to try on a database: repeatedly with --minutes, once with --only, otherwise its share of the short form. */
function* plan(database, lane) {
  if (values.minutes !== undefined) {
    const end = performance.now() + Number(values.minutes) * 60_000;
    while (performance.now() < end) {
      for (const name of lane.shuffled(names)) if (performance.now() < end) yield name;
    }
  } else if (values.only) {
    yield* names;
  } else {
    const own = databases.indexOf(database);
    const isShared = (name) => name.startsWith('database');
    const turns = names.filter((name) => !isShared(name));
    yield* names.filter((name) => isShared(name) || turns.indexOf(name) % databases.length === own);
  }
}

function chosenDatabases() {
  if (values.on !== undefined) return ['mariadb', 'mysql'].filter((name) => name === values.on);
  if (process.env.GOCHAT_WITHOUT_MYSQL !== '1') return ['mariadb', 'mysql'];
  console.error('GOCHAT_WITHOUT_MYSQL=1: MYSQL IS NOT TESTED. This run proves nothing about MySQL.');
  return ['mariadb'];
}
