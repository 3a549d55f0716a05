import { setTimeout as delay } from 'node:timers/promises';

import { cpuSeconds, runQueueSeconds } from '../lib/processes.mjs';

/**
 * Measures the CPU time of processes by name (a name with several pids gets their sum), and how long the processes named
 * `server` were running or runnable.
 */
export class Meter {
  #pids;
  #begun;

  constructor(pids) {
    this.#pids = Object.entries(pids).map(([name, pid]) => [name, [pid].flat()]);
  }

  start() {
    this.#begun = this.#now();
  }

  /** @returns elapsed seconds, CPU seconds per name, and seconds that the busiest server ran or waited for its core */
  stop() {
    const now = this.#now();
    const cpu = this.#pids.map(([name]) => [name, now.cpu[name] - this.#begun.cpu[name]]);
    const busy = Math.max(...now.busy.map((seconds, server) => seconds - this.#begun.busy[server]));
    return { seconds: (now.at - this.#begun.at) / 1_000, cpu: Object.fromEntries(cpu), busy };
  }

  #now() {
    const cpu = this.#pids.map(([name, pids]) => [name, pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)]);
    const servers = this.#pids.find(([name]) => name === 'server')[1];
    const busy = servers.map((pid) => cpuSeconds(pid) + runQueueSeconds(pid));
    return { at: performance.now(), cpu: Object.fromEntries(cpu), busy };
  }
}

/**
 * Polls every 5 ms until `condition` is true.
 * @param describe describes the condition for the error message
 * @throws after 30 seconds
 */
export async function until(condition, describe) {
  for (const deadline = performance.now() + 30_000; !condition(); await delay(5)) {
    if (performance.now() > deadline) throw new Error(`timed out after 30 s waiting for ${describe()}`);
  }
}
