import { useLayoutEffect, useState } from 'react';

import { nextRender, type ListRender } from '../model/list-transition.js';

/** Draws a list that changes at both ends in two steps, both before anything is seen. */
export function useListTransition<T extends { readonly key: string }>(wanted: readonly T[]): ListRender<T> {
  const [step, setStep] = useState<ListRender<T> & { wanted: readonly T[] }>({ rows: wanted, isShift: false, wanted });
  if (step.wanted !== wanted) setStep({ ...nextRender(step.rows, wanted), wanted });
  useLayoutEffect(() => {
    // One drawing, then the other: between them the list has to have taken up its new place.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    if (step.rows !== step.wanted) setStep({ ...nextRender(step.rows, step.wanted), wanted: step.wanted });
  }, [step]);
  return step;
}
