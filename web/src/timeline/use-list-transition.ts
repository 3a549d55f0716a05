import { useLayoutEffect, useState } from 'react';

import { type ListRender, nextRender } from '../model/list-transition.js';

/** Renders a list that changes at both ends in two renders, both before the browser paints. See `nextRender`. */
export function useListTransition<T extends { readonly key: string }>(target: readonly T[]): ListRender<T> {
  const [current, setCurrent] = useState<ListRender<T> & { target: readonly T[] }>({
    rows: target,
    isShift: false,
    target,
  });
  if (current.target !== target) setCurrent({ ...nextRender(current.rows, target), target });
  useLayoutEffect(() => {
    if (current.rows === current.target) return;
    // The virtual list must apply the first render before it gets the second.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setCurrent({ ...nextRender(current.rows, current.target), target: current.target });
  }, [current]);
  return current;
}
