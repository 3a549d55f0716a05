import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK']));

/** Seconds of CPU, user and system, that a process has used. @throws when there is no such process */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in brackets, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds that the main thread of a process was ready to run while its core was busy with others. */
export function secondsKeptWaiting(pid) {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
}

/** Waits until a process has done next to nothing for a second. @throws after a minute */
export async function quiet(pid) {
  for (let asked = 0; asked < 60; asked++) {
    const before = cpuSeconds(pid);
    await delay(1_000);
    if (cpuSeconds(pid) - before < 0.05) return;
  }
  throw new Error('a server that nobody asks anything is busy for a minute');
}

/** Memory of a process that is in RAM, in KiB. */
export function residentKiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** The process that listens on a TCP port of this machine; null when it is not here or not ours to see. */
export function listenerPid(port) {
  try {
    const lines = execFileSync('ss', ['-ltnpH', `sport = :${port}`], { encoding: 'utf8' });
    return Number(/pid=(\d+)/.exec(lines)?.[1]) || null;
  } catch {
    return null;
  }
}
