import { existsSync } from 'node:fs';

import { delay } from './wait.mjs';

const FROZEN_MS = 5_000;
const HOUR_MS = 3_600_000;
const FAKETIME = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib', '/usr/local/lib']
  .map((folder) => `${folder}/faketime/libfaketime.so.1`)
  .find(existsSync);

/** Kills a process and restarts it after a while. Resolves when it is ready again. */
const kill = (victim) => async (site, random) => {
  const process = victim(site, random);
  await process.kill();
  await delay(random.between(2_000, 4_000));
  await process.start();
};

const freeze = (victim) => async (site, random) => {
  const process = victim(site, random);
  process.signal('SIGSTOP');
  await delay(FROZEN_MS);
  process.signal('SIGCONT');
};

const aNode = ({ nodes }, random) => random.pick(nodes);
const theDatabase = ({ database }) => database;
const theRedis = ({ redis }) => redis.process;
const waitUnderLoad = () => delay(8_000);

/** A rolling restart. */
async function restartOneByOne({ nodes }) {
  for (const node of nodes) {
    const { code, signal } = await node.end();
    if (code !== 0) throw new Error(`${node.name} did not exit with 0 (${code ?? signal}):\n${node.output}`);
    await node.start();
  }
}

async function flush({ redis }, random) {
  for (let times = 0; times < 3; times++) {
    await redis.command('FLUSHALL');
    await delay(random.between(500, 2_000));
  }
}

/** Checks first that libfaketime was loaded. */
async function runWithShiftedClock({ origins }) {
  const dates = await Promise.all(origins.map(dateOf));
  const aheadMs = Math.max(...dates.map((date) => Date.parse(date))) - Date.now();
  if (aheadMs < HOUR_MS) throw new Error('no node’s clock is ahead: libfaketime was not loaded');
  await waitUnderLoad();
}

const dateOf = async (origin) => (await fetch(`${origin}/api/v1/health/live`)).headers.get('date');

/** Swallowed bytes are lost: clients and nodes must detect the dead connection. */
async function disturb({ balancer }, random) {
  balancer.fate = () => random.weighted({ pass: 960, delay: 30, reset: 6, swallow: 4 });
  await delay(8_000);
  balancer.fate = () => 'pass';
}

/**
 * Faults by name. `happen` causes the fault and resolves when it is over. `environments` are those of the two nodes;
 * `needs` names a missing requirement of this machine.
 */
export const NEMESES = {
  'node-kill': { about: 'kill -9 and restart of a node', happen: kill(aNode) },
  'node-freeze': { about: 'SIGSTOP of a node for 5 s', happen: freeze(aNode) },
  'node-restart': { about: 'SIGTERM and restart of both nodes, one after the other', happen: restartOneByOne },
  'database-kill': { about: 'kill -9 and restart of the database', happen: kill(theDatabase) },
  'database-freeze': { about: 'SIGSTOP of the database for 5 s', happen: freeze(theDatabase) },
  'redis-kill': { about: 'kill -9 and restart of Redis', happen: kill(theRedis) },
  'redis-freeze': { about: 'SIGSTOP of Redis for 5 s', happen: freeze(theRedis) },
  'redis-flush': { about: 'FLUSHALL, three times', happen: flush },
  network: { about: 'delayed, reset and swallowed bytes between clients and nodes', happen: disturb },
  'small-pool': {
    about: 'two database connections for each node',
    environments: [{ DATABASE_POOL: '2' }, { DATABASE_POOL: '2' }],
    happen: waitUnderLoad,
  },
  clock: {
    about: 'one node’s clock is two hours ahead',
    // Shifts the wall clock only: timers use the monotonic clock.
    environments: [{}, { LD_PRELOAD: FAKETIME ?? '', FAKETIME: '+2h', FAKETIME_DONT_FAKE_MONOTONIC: '1' }],
    needs: FAKETIME === undefined ? 'libfaketime (Debian: libfaketime)' : null,
    happen: runWithShiftedClock,
  },
};
