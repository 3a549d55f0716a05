/** One render of a virtual list on the way from its current rows to its target rows. */
export interface ListRender<T> {
  readonly rows: readonly T[];
  /** Rows were added or removed at the start: the virtual list must keep its distance from the end. */
  readonly isShift: boolean;
}

interface Keyed {
  readonly key: string;
}

/**
 * The next render between the current and the target rows.
 *
 * A virtual list keeps its scroll position when rows change at its start, or at its end, but not when both ends change in
 * one render, as they do when a window of messages moves. Such a change takes two renders. The end that grows is rendered
 * first, so that the rows in view are in every render.
 */
export function nextRender<T extends Keyed>(current: readonly T[], target: readonly T[]): ListRender<T> {
  const [firstCurrent] = current;
  const [firstTarget] = target;
  if (!firstCurrent || !firstTarget) return { rows: target, isShift: false };
  const added = target.findIndex(({ key }) => key === firstCurrent.key);
  if (added === 0) return { rows: target, isShift: false };
  if (added > 0) return hasSameEnd(current, target) ? { rows: target, isShift: true } : prepend(current, target, added);
  const removed = current.findIndex(({ key }) => key === firstTarget.key);
  // No common row: the target is another page of messages.
  if (removed < 0) return { rows: target, isShift: false };
  if (hasSameEnd(current, target)) return { rows: target, isShift: true };
  return { rows: [...current.slice(0, removed), ...target], isShift: false };
}

function hasSameEnd(current: readonly Keyed[], target: readonly Keyed[]): boolean {
  return current.at(-1)?.key === target.at(-1)?.key;
}

/** Adds the first `added` target rows before the current rows. The end changes in the following render. */
function prepend<T extends Keyed>(current: readonly T[], target: readonly T[], added: number): ListRender<T> {
  const targetKeys = new Set(target.map(({ key }) => key));
  const end = current.findIndex(({ key }) => !targetKeys.has(key));
  const tail = end < 0 ? [] : current.slice(end);
  const common = target.slice(0, added + (end < 0 ? current.length : end));
  const commonKeys = new Set(common.map(({ key }) => key));
  return { rows: [...common, ...tail.filter(({ key }) => !commonKeys.has(key))], isShift: true };
}
