import { setTimeout as delay } from 'node:timers/promises';

import { cpuSeconds, secondsKeptWaiting } from '../lib/processes.mjs';

/** Takes the CPU time of processes, by name, and how long the one named `server` had to wait for its core. */
export class Meter {
  #pids;
  #begun;

  constructor(pids) {
    this.#pids = pids;
  }

  start() {
    this.#begun = this.#now();
  }

  /** @returns seconds that have passed, CPU seconds per process, seconds that the server was kept waiting */
  stop() {
    const now = this.#now();
    const cpu = Object.keys(this.#pids).map((name) => [name, now.cpu[name] - this.#begun.cpu[name]]);
    const keptWaiting = now.waited - this.#begun.waited;
    return { seconds: (now.at - this.#begun.at) / 1_000, cpu: Object.fromEntries(cpu), keptWaiting };
  }

  #now() {
    const cpu = Object.entries(this.#pids).map(([name, pid]) => [name, cpuSeconds(pid)]);
    const waited = secondsKeptWaiting(this.#pids.server);
    return { at: performance.now(), cpu: Object.fromEntries(cpu), waited };
  }
}

/** Waits until that holds, asking every few milliseconds. @throws after half a minute, with `what` */
export async function until(holds, what) {
  for (const deadline = performance.now() + 30_000; !holds(); await delay(5)) {
    if (performance.now() > deadline) throw new Error(`waited half a minute for ${what()}`);
  }
}
