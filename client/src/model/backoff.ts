/** How long to wait between attempts, in milliseconds. */
export interface Backoff {
  /** Before the second attempt, at most. */
  readonly minMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait after so many failures in a row: doubled each time up to the bound, of which a random half is taken
 * off, so that those whom one fault threw out do not come back together.
 *
 * @param failures from 1 on
 * @param random 0 to 1
 */
export function backoffMs(failures: number, random: number, { minMs, maxMs }: Backoff): number {
  const bound = Math.min(maxMs, minMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(bound * (1 - random / 2));
}
