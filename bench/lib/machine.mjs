import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';

import { Redis } from 'ioredis';
import { createConnection } from 'mysql2/promise';

const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

/** The core of each process; null where processes cannot be pinned. The measured server gets a core of its own. */
export const CORES = { server: canPin ? 0 : null, generator: canPin ? 1 : null };

/** A command line pinned to one core; unchanged where `core` is null. */
export function pinned(core, command) {
  return core === null ? command : ['taskset', '-c', String(core), ...command];
}

/** The limit of open files and sockets per process. Node has already raised its soft limit to the hard limit. */
export function fileLimit() {
  const value = /Max open files\s+(\S+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value);
}

/** Describes the hardware and software of a run. @param redisUrl undefined without a Redis */
export async function describeMachine(databaseUrl, redisUrl) {
  const connection = await createConnection(databaseUrl);
  const [[database]] = await connection.query(
    'SELECT VERSION() AS version, @@innodb_flush_log_at_trx_commit AS flush, @@innodb_buffer_pool_size AS pool',
  );
  await connection.end();
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const version = (name) => lock[`node_modules/${name}`].version;
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    pinned: canPin
      ? 'server on one core, load generator on another'
      : 'no: taskset is missing, or the machine has one core',
    node: process.version,
    database: `${database.version}, innodb_flush_log_at_trx_commit=${database.flush}, buffer pool ${database.pool / 2 ** 20} MiB`,
    ...(redisUrl && { redis: await redisVersion(redisUrl) }),
    peers: ['socket.io', 'ws', 'fastify', 'mysql2', 'typeorm'].map((name) => `${name} ${version(name)}`).join(', '),
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', 'src') === '' ? '' : ', with changes'),
  };
}

async function redisVersion(url) {
  const redis = new Redis(url);
  const info = await redis.info('server');
  redis.disconnect();
  return /redis_version:(\S+)/.exec(info)?.[1];
}

function git(...command) {
  try {
    return execFileSync('git', command, { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
