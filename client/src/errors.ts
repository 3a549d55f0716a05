import type { Problem } from './api-types.js';

/**
 * The server rejected a request. Switch on `code`, which is stable; the server's docs/errors.md describes each code.
 * `problem.errors` lists invalid fields, `problem.retryAfterMs` is the delay before a retry.
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

  /** The HTTP status, also for socket commands. */
  get status(): number {
    return this.problem.status;
  }
}

/** No answer arrived: no network, no server, a timeout, or no session. The server may have executed the request. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';

  constructor(message = 'The server cannot be reached.', options?: ErrorOptions) {
    super(message, options);
  }
}
