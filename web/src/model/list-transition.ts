/** One drawing of a list on the way to another. */
export interface ListRender<T> {
  readonly rows: readonly T[];
  /** Rows came or went at the start: what is seen keeps its distance from the end. */
  readonly isShift: boolean;
}

interface Keyed {
  readonly key: string;
}

/**
 * The next drawing on the way from what is drawn to what should be. A virtual list keeps its place when rows come or go at
 * its start, or at its end, but not at both in one drawing, as they do when a window moves: then the end comes first if it
 * grows, so that the place that is kept always exists.
 */
export function nextRender<T extends Keyed>(drawn: readonly T[], wanted: readonly T[]): ListRender<T> {
  const [first] = drawn;
  const [target] = wanted;
  const last = drawn.at(-1);
  if (!first || !target || !last) return { rows: wanted, isShift: false };
  const added = wanted.findIndex(({ key }) => key === first.key);
  if (added === 0) return { rows: wanted, isShift: false };
  if (added > 0) return isSameEnd(drawn, wanted) ? { rows: wanted, isShift: true } : prepended(drawn, wanted, added);
  const removed = drawn.findIndex(({ key }) => key === target.key);
  // Nothing in common: another stretch of the conversation.
  if (removed < 0) return { rows: wanted, isShift: false };
  if (isSameEnd(drawn, wanted)) return { rows: wanted, isShift: true };
  return { rows: [...drawn.slice(0, removed), ...wanted], isShift: false };
}

function isSameEnd(drawn: readonly Keyed[], wanted: readonly Keyed[]): boolean {
  return drawn.at(-1)?.key === wanted.at(-1)?.key;
}

/** What is new at the start, before all that is drawn: the end is left to the next step. */
function prepended<T extends Keyed>(drawn: readonly T[], wanted: readonly T[], added: number): ListRender<T> {
  const held = new Set(wanted.map(({ key }) => key));
  const end = drawn.findIndex(({ key }) => !held.has(key));
  const tail = end < 0 ? [] : drawn.slice(end);
  const common = wanted.slice(0, added + (end < 0 ? drawn.length : end));
  const seen = new Set(common.map(({ key }) => key));
  return { rows: [...common, ...tail.filter(({ key }) => !seen.has(key))], isShift: true };
}
