import { DomainError, type ErrorCode, type FieldError } from '../../common/domain-error.js';

interface Definition {
  readonly status: number;
  readonly title: string;
  /** The cause and the client’s reaction, as `docs/errors.md` lists them. */
  readonly meaning: string;
}

/** Status, title and meaning of each error code. */
export const PROBLEMS: Readonly<Record<ErrorCode, Definition>> = {
  validation_failed: define(
    400,
    'Invalid request',
    'A field is missing, unknown, or out of bounds. `errors` lists each.',
  ),
  malformed_request: define(400, 'Malformed request', 'The request is not well-formed HTTP or JSON.'),
  unauthenticated: define(401, 'Not signed in', 'The access token is missing or invalid.'),
  invalid_credentials: define(
    401,
    'Wrong credentials',
    'The login is unknown or the password is wrong. The answer does not distinguish the two.',
  ),
  token_expired: define(401, 'Token expired', 'The access token has expired. Refresh it and repeat the request.'),
  token_reused: define(
    401,
    'Token reused',
    'A refresh token was used again after it had been replaced, so the session was ended. Log in again.',
  ),
  session_revoked: define(
    401,
    'Session ended',
    'The session was logged out, revoked or replaced, or has expired. Log in again.',
  ),
  forbidden: define(403, 'Not allowed', 'Your role does not allow this.'),
  not_a_member: define(403, 'Not a member', 'You have not joined this public room. Join it first.'),
  blocked: define(403, 'Blocked', 'One of the two users has blocked the other.'),
  not_found: define(404, 'Not found', 'It does not exist, or you have no access to it.'),
  method_not_allowed: define(405, 'Method not allowed', 'The path exists, but only with the methods in `Allow`.'),
  conflict: define(409, 'Conflict', 'The current state does not allow this. `detail` gives the reason.'),
  username_taken: define(409, 'Username taken', 'Choose another username.'),
  email_taken: define(409, 'E-mail address taken', 'An account with that e-mail address already exists.'),
  id_conflict: define(409, 'Id in use', 'Another object already has that id. Generate a new id.'),
  payload_too_large: define(413, 'Payload too large', 'The body is larger than any valid request.'),
  unsupported_media_type: define(415, 'Unsupported media type', 'Send the body as `application/json`.'),
  rate_limited: define(429, 'Too many requests', 'The request was not processed. Retry after `retryAfterMs`.'),
  internal: define(500, 'Internal error', 'The server failed. Repeating the request with the same id is safe.'),
  unavailable: define(503, 'Unavailable', 'The service is temporarily unavailable. Retry after `retryAfterMs`.'),
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

/** Converts an error to its wire format. Any error other than a {@link DomainError} becomes `internal`, without detail. */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = error instanceof DomainError ? error : new DomainError('internal', 'Something went wrong on our side.');
  const { status, title } = PROBLEMS[known.code];
  return { type: 'about:blank', title, status, code: known.code, detail: known.detail, requestId, ...known.extra };
}

function define(status: number, title: string, meaning: string): Definition {
  return { status, title, meaning };
}
