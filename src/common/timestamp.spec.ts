import { describe, expect, it } from '@jest/globals';

import { parseTimestamp } from './timestamp.js';

describe('parseTimestamp', () => {
  it.each([
    ['2026-11-20T10:15:30.123Z', '2026-11-20T10:15:30.123Z'],
    ['2026-11-20t10:15:30z', '2026-11-20T10:15:30.000Z'],
    ['2026-11-20T23:30:00-01:00', '2026-11-21T00:30:00.000Z'],
    ['1000-01-01T00:00:00Z', '1000-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('parses %s as %s', (raw, timestamp) => {
    expect(parseTimestamp('until', raw).toISOString()).toBe(timestamp);
  });

  it.each([
    '2016-12-31T23:59:60Z',
    '2016-12-31T22:59:60-01:00',
    '0000-01-01T00:00:00Z',
    '1000-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    'tomorrow',
  ])('rejects %s', (raw) => {
    expect(() => parseTimestamp('until', raw)).toThrow(expect.objectContaining({ code: 'validation_failed' }));
  });
});
