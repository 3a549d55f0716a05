import { describe, expect, it } from '@jest/globals';

import { parentOf } from './traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const context = { traceId: TRACE, spanId: PARENT, isRemote: true };

describe('a traceparent', () => {
  it.each([
    ['that is sampled', `00-${TRACE}-${PARENT}-01`, 1],
    ['that is not', `00-${TRACE}-${PARENT}-00`, 0],
    ['with unknown flags', `00-${TRACE}-${PARENT}-03`, 1],
    ['of a later version', `01-${TRACE}-${PARENT}-01`, 1],
    ['of a later version with appended fields', `01-${TRACE}-${PARENT}-01-future`, 1],
  ])('%s is parsed', (_, header, traceFlags) => {
    expect(parentOf(header)).toEqual({ ...context, traceFlags });
  });

  it.each([
    ['that is missing', undefined],
    ['that is empty', ''],
    ['of the forbidden version ff', `ff-${TRACE}-${PARENT}-01`],
    ['of version 0 with appended fields', `00-${TRACE}-${PARENT}-01-more`],
    ['in upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['with an all-zero trace id', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['with an all-zero parent id', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['that is truncated', `00-${TRACE}-${PARENT}`],
    ['of arbitrary text', 'x'.repeat(10_000)],
  ])('%s is ignored', (_, header) => {
    expect(parentOf(header)).toBeUndefined();
  });
});
