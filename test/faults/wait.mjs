import { setTimeout as delay } from 'node:timers/promises';

export { delay };

const EACH_MS = 25;

/** Asks until it is so. @returns whether it was so within that time */
export async function becomes(condition, withinMs) {
  const deadline = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await delay(EACH_MS);
  }
  return true;
}

/** Asks until it is so. @throws when it takes longer than that */
export async function until(what, condition, withinMs = 30_000) {
  if (!(await becomes(condition, withinMs))) throw new Error(`not within ${withinMs} ms: ${what}`);
}
