/** A process that uses more than this share of a core counts as the bottleneck. */
const SATURATED = 0.9;

/**
 * The bottleneck of a measurement: the load generator (the server could have done more), the server's core, the server's
 * core shared with other processes, the database, Redis, or `waiting`: for the disk, or for the configured pace.
 */
export function limitedBy({ seconds, cpu, busy }) {
  const share = (name) => (cpu[name] ?? 0) / seconds;
  if (share('generator') > SATURATED) return 'load generator';
  if (share('server') > SATURATED) return 'server';
  if (busy / seconds > SATURATED) return 'server, sharing its core';
  if (share('database') > SATURATED) return 'database';
  return share('redis') > SATURATED ? 'Redis' : 'waiting';
}

/** CPU of each process in milliseconds per `per` of `count` operations; null for a process that was not measured. */
export function cpuPer(per, count, { cpu }) {
  const each = (name) => (cpu[name] === undefined ? null : (cpu[name] * 1_000 * per) / count);
  return { server: each('server'), database: each('database'), redis: each('redis') };
}

/** The share of its core that the load generator used, in percent; null without a generator. */
export const generatorShare = ({ seconds, cpu }) =>
  cpu.generator === undefined ? null : (100 * cpu.generator) / seconds;

/**
 * Measures all subjects one after another, and repeats this `times` times, so that changes in machine speed affect all
 * subjects alike.
 * @param subjects functions that return rows (`{name: values}`)
 * @returns for each row name the values of all runs
 */
export async function runInterleaved(times, subjects, log) {
  const runs = new Map();
  for (let run = 1; run <= times; run++) {
    for (const subject of subjects) {
      for (const [name, values] of Object.entries(await subject())) {
        log(`run ${run}: ${name}`, values);
        runs.set(name, [...(runs.get(name) ?? []), values]);
      }
    }
  }
  return runs;
}
