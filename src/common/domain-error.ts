/**
 * The stable error names that clients switch on. Each is answered with one HTTP status and title, which only
 * `delivery/errors/problem.ts` knows.
 */
export type ErrorCode =
  | 'validation_failed'
  | 'malformed_request'
  | 'unauthenticated'
  | 'invalid_credentials'
  | 'token_expired'
  | 'token_reused'
  | 'session_revoked'
  | 'forbidden'
  | 'not_a_member'
  | 'blocked'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'username_taken'
  | 'email_taken'
  | 'id_conflict'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'rate_limited'
  | 'internal'
  | 'unavailable';

/** One invalid field: its path (`memberIds.3`), the code of the violated rule, and a message. */
export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** The only error that GoChat throws on purpose. Any other error is a bug and is answered as `internal`. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  /**
   * @param code the stable name of the contract
   * @param detail one sentence for the user; never an internal detail
   * @param extra `errors` for `validation_failed`; `retryAfterMs` for `rate_limited` and `unavailable`
   */
  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly extra: { readonly errors?: readonly FieldError[]; readonly retryAfterMs?: number } = {},
  ) {
    super(detail);
  }
}

/** `validation_failed` for one field, for rules that a schema cannot express. */
export function invalidField(field: string, code: string, message: string): DomainError {
  return new DomainError('validation_failed', `${field}: ${message}`, { errors: [{ field, code, message }] });
}

/** Whether the error is temporary: the server or one of its dependencies is unavailable, and the request can be retried. */
export const isUnavailable = (error: unknown): error is DomainError =>
  error instanceof DomainError && error.code === 'unavailable';
