import { useLayoutEffect, useState } from 'react';

import { nextStep, type Step } from '../model/list-transition.js';

/** Draws a list that changes at both ends in two steps, both before anything is seen. */
export function useSteps<T extends { readonly key: string }>(wanted: readonly T[]): Step<T> {
  const [step, setStep] = useState<Step<T> & { wanted: readonly T[] }>({ rows: wanted, isShift: false, wanted });
  if (step.wanted !== wanted) setStep({ ...nextStep(step.rows, wanted), wanted });
  useLayoutEffect(() => {
    // One drawing, then the other: between them the list has to have taken up its new place.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    if (step.rows !== step.wanted) setStep({ ...nextStep(step.rows, step.wanted), wanted: step.wanted });
  }, [step]);
  return step;
}
