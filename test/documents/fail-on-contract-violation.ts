import { afterAll, afterEach } from '@jest/globals';

import { takeViolations } from './contract-assertions.js';

/** Fails the test in which a server told something that the documents do not describe. */
function failOnFaults(): void {
  const faults = takeViolations();
  if (faults.length > 0) throw new Error(`not as the documents describe it:\n${faults.join('\n')}`);
}

afterEach(failOnFaults);
afterAll(failOnFaults);
