import type { Problem } from './api-types.js';

/**
 * The server refused. Switch on `code`, which is stable; the server's docs/errors.md says what each means.
 *
 * @example
 * catch (error) { if (error instanceof ProblemError && error.code === 'username_taken') askAgain(); }
 */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(readonly problem: Problem) {
    super(problem.detail);
  }

  get code(): Problem['code'] {
    return this.problem.code;
  }

  /** The HTTP status, over the socket too. */
  get status(): number {
    return this.problem.status;
  }
}

/** There was no answer: no network, no server, none in time, or nobody is logged in. Whether it was done is not known. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor(message = 'The server cannot be reached.', options?: ErrorOptions) {
    super(message, options);
  }
}
