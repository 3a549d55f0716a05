import { describe, expect, it } from '@jest/globals';

import { DomainError, type ErrorCode, invalidField } from '../../common/domain-error.js';
import { problemOf, PROBLEMS } from './problem.js';

describe('an error on the wire', () => {
  it('is a problem of RFC 9457 with the code that clients switch on', () => {
    expect(problemOf(new DomainError('not_a_member', 'Join it first.'), 'r-1')).toEqual({
      type: 'about:blank',
      title: 'Not a member',
      status: 403,
      code: 'not_a_member',
      detail: 'Join it first.',
      requestId: 'r-1',
    });
  });

  it('names the fields of an invalid request', () => {
    expect(problemOf(invalidField('text', 'maxLength', 'must be shorter'), 'r-1')).toMatchObject({
      status: 400,
      code: 'validation_failed',
      errors: [{ field: 'text', code: 'maxLength', message: 'must be shorter' }],
    });
  });

  it('contains the retry time', () => {
    const problem = problemOf(new DomainError('unavailable', 'Busy.', { retryAfterMs: 1_200 }), 'r-1');
    expect(problem).toMatchObject({ status: 503, retryAfterMs: 1_200 });
  });

  it.each([
    ['an error', new Error('SELECT * FROM users failed at /srv/app.js')],
    [
      'an error that imitates a domain error',
      Object.assign(new Error('secret'), { code: 'not_found', detail: 'secret', extra: { sql: 'secret' } }),
    ],
    ['a string', 'secret'],
    ['null', null],
    ['undefined', undefined],
  ])('reveals nothing about an unexpected exception: %s', (_case, thrown) => {
    expect(problemOf(thrown, 'r-1')).toEqual({
      type: 'about:blank',
      title: 'Internal error',
      status: 500,
      code: 'internal',
      detail: 'Something went wrong on our side.',
      requestId: 'r-1',
    });
  });

  it.each([
    [400, ['validation_failed', 'malformed_request']],
    [401, ['unauthenticated', 'invalid_credentials', 'token_expired', 'token_reused', 'session_revoked']],
    [403, ['forbidden', 'not_a_member']],
    [404, ['not_found']],
    [405, ['method_not_allowed']],
    [409, ['conflict', 'username_taken', 'email_taken', 'id_conflict']],
    [413, ['payload_too_large']],
    [415, ['unsupported_media_type']],
    [429, ['rate_limited']],
    [500, ['internal']],
    [503, ['unavailable']],
  ] as const)('has status %d for %j, as the contract says', (status, codes: readonly ErrorCode[]) => {
    expect(codes.map((code) => PROBLEMS[code].status)).toEqual(codes.map(() => status));
  });
});
