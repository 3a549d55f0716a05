/** Above this share of a core, a process counts as the limit. */
const SATURATED = 0.9;

/**
 * The limit of a measurement: the load generator (the server could do more), the server's core, that core shared with
 * other processes, the database, Redis, or none of them (disk latency, or a fixed rate).
 */
export function limitedBy({ seconds, cpu, busy }) {
  const share = (name) => (cpu[name] ?? 0) / seconds;
  if (share('generator') > SATURATED) return 'load generator';
  if (share('server') > SATURATED) return 'server';
  if (busy / seconds > SATURATED) return 'server, sharing its core';
  if (share('database') > SATURATED) return 'database';
  return share('redis') > SATURATED ? 'Redis' : 'waiting';
}

/** CPU of each process per `per` of the `count` things that were done, in milliseconds; null for one not here. */
export function cpuPer(per, count, { cpu }) {
  const each = (name) => (cpu[name] === undefined ? null : (cpu[name] * 1_000 * per) / count);
  return { server: each('server'), database: each('database'), redis: each('redis') };
}

/** How much of its core the load generator used, in percent; null where there was none. */
export const generatorShare = ({ seconds, cpu }) =>
  cpu.generator === undefined ? null : (100 * cpu.generator) / seconds;

/**
 * Measures subjects in turns, `times` over, so that all of them have the same good and bad minutes.
 * @param subjects functions that give rows ({name: values}) each time they are called
 * @returns for each name its values of all runs
 */
export async function inTurns(times, subjects, log) {
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
