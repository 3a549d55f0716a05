import { afterAll, afterEach } from '@jest/globals';

import { takeViolations } from './contract-assertions.js';

/** Fails the test in which an answer or event differed from the documents. */
function failOnViolations(): void {
  const violations = takeViolations();
  if (violations.length > 0)
    throw new Error(`differs from docs/openapi.json or docs/asyncapi.json:\n${violations.join('\n')}`);
}

afterEach(failOnViolations);
afterAll(failOnViolations);
