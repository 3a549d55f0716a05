import { setTimeout as delay } from 'node:timers/promises';

/** Longest wait by default. */
const TIMEOUT_MS = 10_000;

/** Polls a condition, for changes without an event. @param what named in the error message */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs = TIMEOUT_MS,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`timed out: ${what}`);
    await delay(10);
  }
}
