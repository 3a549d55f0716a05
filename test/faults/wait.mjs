import { setTimeout as delay } from 'node:timers/promises';

export { delay };

const POLL_MS = 25;

/** Polls a condition. @returns whether it became true in time */
export async function becomes(condition, withinMs) {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

/** Polls a condition. @throws Error if it does not become true in time */
export async function until(what, condition, withinMs = 30_000) {
  if (!(await becomes(condition, withinMs))) throw new Error(`timed out after ${withinMs} ms: ${what}`);
}
