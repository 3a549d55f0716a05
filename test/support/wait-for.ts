import { setTimeout as delay } from 'node:timers/promises';

/** Waiting longer than this is a failure. */
const PATIENCE_MS = 10_000;

/** Waits for what no event announces. @param what for the failure's message */
export async function waitFor(
  what: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not in time: ${what}`);
    await delay(10);
  }
}
