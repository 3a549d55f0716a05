import { DomainError, type ErrorCode, type FieldError } from '../../common/domain-error.js';

interface Definition {
  readonly status: number;
  readonly title: string;
  /** What a client does about it; `docs/errors.md` is made from this. */
  readonly meaning: string;
}

/** The one table of errors: what each code is on the wire. */
export const PROBLEMS: Readonly<Record<ErrorCode, Definition>> = {
  validation_failed: define(
    400,
    'Invalid request',
    'A field is missing, unknown, or out of bounds; `errors` names each.',
  ),
  malformed_request: define(400, 'Malformed request', 'The request is not well-formed HTTP or JSON.'),
  unauthenticated: define(401, 'Not signed in', 'No token, or one that this server did not make.'),
  invalid_credentials: define(401, 'Wrong credentials', 'Unknown login or wrong password; which of them is not said.'),
  token_expired: define(401, 'Token expired', 'Refresh the access token and repeat the request.'),
  token_reused: define(
    401,
    'Token reused',
    'A retired refresh token was presented: the session has ended. Log in again.',
  ),
  session_revoked: define(
    401,
    'Session ended',
    'The session was logged out, revoked, replaced or has expired. Log in again.',
  ),
  forbidden: define(403, 'Not allowed', 'You see it, but your role does not allow this.'),
  not_a_member: define(403, 'Not a member', 'A public room that you have not joined. Join it first.'),
  blocked: define(403, 'Blocked', 'One of the two has blocked the other.'),
  not_found: define(404, 'Not found', 'It does not exist, or you may not know that it does.'),
  method_not_allowed: define(405, 'Method not allowed', 'The path exists, with the methods in `Allow`.'),
  conflict: define(409, 'Conflict', 'The state of things does not allow this; `detail` says why.'),
  username_taken: define(409, 'Username taken', 'Choose another username.'),
  email_taken: define(409, 'E-mail address taken', 'An account with that e-mail address exists.'),
  id_conflict: define(409, 'Id in use', 'That id names something else. Make a new one for a new thing.'),
  payload_too_large: define(413, 'Payload too large', 'The body is larger than any valid request.'),
  unsupported_media_type: define(415, 'Unsupported media type', 'Bodies are `application/json`.'),
  rate_limited: define(429, 'Too many requests', 'Nothing was done. Try again after `retryAfterMs`.'),
  internal: define(500, 'Internal error', 'A fault of the server. Repeating with the same id is safe.'),
  unavailable: define(503, 'Unavailable', 'Try again after `retryAfterMs`.'),
};

/** The error object of REST answers (RFC 9457), acknowledgements and `connect_error`. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
  readonly retryAfterMs?: number;
}

/** What `error` looks like on the wire. Whatever is no {@link DomainError} becomes `internal`, without inner detail. */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = error instanceof DomainError ? error : new DomainError('internal', 'Something went wrong on our side.');
  const { status, title } = PROBLEMS[known.code];
  return { type: 'about:blank', title, status, code: known.code, detail: known.detail, requestId, ...known.extra };
}

function define(status: number, title: string, meaning: string): Definition {
  return { status, title, meaning };
}
