import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK']));

/** CPU seconds, user and system, of a process. @throws when there is no such process */
export function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command name in brackets, which may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Seconds that the main thread of a process was runnable but waited for a core. */
export function runQueueSeconds(pid) {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e9;
}

/** Waits until a process uses less than 5 % of a core for one second. @throws after a minute */
export async function waitUntilIdle(pid) {
  for (let attempt = 0; attempt < 60; attempt++) {
    const before = cpuSeconds(pid);
    await delay(1_000);
    if (cpuSeconds(pid) - before < 0.05) return;
  }
  throw new Error(`process ${pid} did not become idle within a minute`);
}

/** Resident set size of a process in KiB. */
export function residentKiB(pid) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** The pid of the local process that listens on a TCP port; null when it is remote or not visible to this user. */
export function listenerPid(port) {
  try {
    const lines = execFileSync('ss', ['-ltnpH', `sport = :${port}`], { encoding: 'utf8' });
    return Number(/pid=(\d+)/.exec(lines)?.[1]) || null;
  } catch {
    return null;
  }
}
