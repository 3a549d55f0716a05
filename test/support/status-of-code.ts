/**
 * The status of each error code. An independent copy of the code's table: clients rely on it, so a change must be a
 * decision.
 */
export const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  validation_failed: 400,
  malformed_request: 400,
  unauthenticated: 401,
  invalid_credentials: 401,
  token_expired: 401,
  token_reused: 401,
  session_revoked: 401,
  forbidden: 403,
  not_a_member: 403,
  blocked: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  username_taken: 409,
  email_taken: 409,
  id_conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  unavailable: 503,
};
