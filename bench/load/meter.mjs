import { setTimeout as delay } from 'node:timers/promises';

import { cpuSeconds, secondsKeptWaiting } from '../lib/processes.mjs';

/**
 * Takes the CPU time of processes, by name, several of one name together, and how long those named `server` would have
 * liked to run.
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

  /** @returns seconds that have passed, CPU seconds per name, seconds that the busiest server ran or waited for its core */
  stop() {
    const now = this.#now();
    const cpu = this.#pids.map(([name]) => [name, now.cpu[name] - this.#begun.cpu[name]]);
    const busy = Math.max(...now.busy.map((seconds, server) => seconds - this.#begun.busy[server]));
    return { seconds: (now.at - this.#begun.at) / 1_000, cpu: Object.fromEntries(cpu), busy };
  }

  #now() {
    const cpu = this.#pids.map(([name, pids]) => [name, pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0)]);
    const servers = this.#pids.find(([name]) => name === 'server')[1];
    const busy = servers.map((pid) => cpuSeconds(pid) + secondsKeptWaiting(pid));
    return { at: performance.now(), cpu: Object.fromEntries(cpu), busy };
  }
}

/** Waits until that holds, asking every few milliseconds. @throws after half a minute, with `what` */
export async function until(holds, what) {
  for (const deadline = performance.now() + 30_000; !holds(); await delay(5)) {
    if (performance.now() > deadline) throw new Error(`waited half a minute for ${what()}`);
  }
}
