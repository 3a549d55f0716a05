import { describe, expect, it } from '@jest/globals';

import { parentOf } from './traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const context = { traceId: TRACE, spanId: PARENT, isRemote: true };

describe('a traceparent', () => {
  it.each([
    ['that is sampled', `00-${TRACE}-${PARENT}-01`, 1],
    ['that is not', `00-${TRACE}-${PARENT}-00`, 0],
    ['with flags that nobody knows', `00-${TRACE}-${PARENT}-03`, 1],
    ['of a later version', `01-${TRACE}-${PARENT}-01`, 1],
    ['of a later version with more behind it', `01-${TRACE}-${PARENT}-01-what-comes`, 1],
  ])('%s is believed', (_, header, traceFlags) => {
    expect(parentOf(header)).toEqual({ ...context, traceFlags });
  });

  it.each([
    ['that is missing', undefined],
    ['that is empty', ''],
    ['of the version that there is not', `ff-${TRACE}-${PARENT}-01`],
    ['of version 0 with more behind it', `00-${TRACE}-${PARENT}-01-more`],
    ['in upper case', `00-${TRACE.toUpperCase()}-${PARENT}-01`],
    ['whose trace is nothing', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['whose parent is nothing', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['that is cut off', `00-${TRACE}-${PARENT}`],
    ['of anything else', 'x'.repeat(10_000)],
  ])('%s is left alone', (_, header) => {
    expect(parentOf(header)).toBeUndefined();
  });
});
