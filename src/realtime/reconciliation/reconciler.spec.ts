import { describe, expect, it } from '@jest/globals';

import { LagDetector } from './reconciler.js';

describe('LagDetector', () => {
  it('reports a stream as lost when it stays behind for a whole sweep', () => {
    const lag = new LagDetector();
    const inNextSweep = (position: number, stored: number): boolean => {
      lag.beginSweep();
      return lag.isLost('stream', position, stored);
    };
    expect(inNextSweep(1, 2)).toBe(false);
    // 2 has arrived since, and the stream is behind again.
    expect(inNextSweep(2, 4)).toBe(false);
    expect(inNextSweep(3, 5)).toBe(true);
    // A repaired stream starts anew, and so does one that was not behind for one sweep.
    expect(inNextSweep(5, 6)).toBe(false);
    lag.beginSweep();
    expect(inNextSweep(5, 6)).toBe(false);
  });
});
