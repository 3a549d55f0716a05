import { expect } from '@jest/globals';

import type { Answer } from '../clients/rest.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REQUIRED = ['type', 'title', 'status', 'code', 'detail', 'requestId'];

/** The expected status and code of an error object. */
export interface ExpectedProblem {
  readonly status: number;
  readonly code: string;
  /** For `validation_failed`: the invalid fields, in any order. */
  readonly fields?: readonly string[];
}

/** Expected errors by code. */
export const NOT_FOUND: ExpectedProblem = { status: 404, code: 'not_found' };
export const NOT_A_MEMBER: ExpectedProblem = { status: 403, code: 'not_a_member' };
export const FORBIDDEN: ExpectedProblem = { status: 403, code: 'forbidden' };
export const UNAUTHENTICATED: ExpectedProblem = { status: 401, code: 'unauthenticated' };
export const TOKEN_EXPIRED: ExpectedProblem = { status: 401, code: 'token_expired' };
export const TOKEN_REUSED: ExpectedProblem = { status: 401, code: 'token_reused' };
export const SESSION_REVOKED: ExpectedProblem = { status: 401, code: 'session_revoked' };
export const INVALID_CREDENTIALS: ExpectedProblem = { status: 401, code: 'invalid_credentials' };
export const MALFORMED: ExpectedProblem = { status: 400, code: 'malformed_request' };

/** `validation_failed` for exactly these fields. */
export const invalid = (...fields: string[]): ExpectedProblem => ({ status: 400, code: 'validation_failed', fields });

/** Expects a REST answer with that problem and its headers. */
export function expectProblem({ status, headers, body }: Answer, expected: ExpectedProblem): void {
  expectProblemObject(body, expected);
  expect(status).toBe(expected.status);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
  expect(headers.get('x-request-id')).toBe(body.requestId);
  expect(headers.get('www-authenticate')).toBe(expected.status === 401 ? 'Bearer' : null);
}

/** Expects an acknowledgement with that problem. */
export function expectRefusal(acknowledgement: Answer['body'], expected: ExpectedProblem): void {
  expect(acknowledgement).toEqual({ ok: false, error: expect.anything() });
  expectProblemObject(acknowledgement.error, expected);
}

/** Expects an error object with the fields of the contract, and no others. */
export function expectProblemObject(problem: Answer['body'], { status, code, fields }: ExpectedProblem): void {
  expect(problem).toMatchObject({ code, status, type: 'about:blank' });
  expect(problem.title).toMatch(/\S/);
  expect(problem.detail).toMatch(/\S/);
  expect(problem.requestId).toMatch(UUID);
  const extra = code === 'validation_failed' ? ['errors'] : status === 429 || status === 503 ? ['retryAfterMs'] : [];
  expect(Object.keys(problem).sort()).toEqual([...REQUIRED, ...extra].sort());
  if (code !== 'validation_failed') return;
  for (const error of problem.errors) {
    expect(error).toEqual({
      field: expect.any(String),
      code: expect.stringMatching(/^\w+$/),
      message: expect.stringMatching(/\S/),
    });
  }
  if (fields)
    expect([...new Set<string>(problem.errors.map((error: { field: string }) => error.field))].sort()).toEqual(
      [...fields].sort(),
    );
}
