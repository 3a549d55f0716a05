/** Bounds of the delay between attempts, in milliseconds. */
export interface Backoff {
  /** Maximum delay before the second attempt. */
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * The delay after a number of consecutive failures: doubled each time up to the bound, minus a random part of up to
 * half. The jitter spreads the reconnections of many clients after one outage.
 *
 * @param failures from 1 on
 * @param random 0 to 1
 */
export function backoffMs(failures: number, random: number, { minMs, maxMs }: Backoff): number {
  const bound = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(bound * (1 - random / 2));
}
