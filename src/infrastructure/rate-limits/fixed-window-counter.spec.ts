import { describe, expect, it } from '@jest/globals';

import { backOffMs, FixedWindowCounter } from './fixed-window-counter.js';

const HOUR = 3_600_000;

describe('a window', () => {
  const three = (): FixedWindowCounter => new FixedWindowCounter({ limit: 3, windowMs: 1_000 });
  const waits = (windows: FixedWindowCounter, key: string, ...times: number[]): number[] =>
    times.map((now) => windows.spend(key, now).waitMs);

  it('admits as many uses as the limit, and further ones once it has ended', () => {
    expect(waits(three(), 'a', 0, 10, 20, 30, 999, 1_000)).toEqual([0, 0, 0, 970, 1, 0]);
  });

  it('is separate for each key', () => {
    const windows = three();
    waits(windows, 'a', 0, 0, 0);
    expect(waits(windows, 'b', 0, 0, 0, 0)).toEqual([0, 0, 0, 1_000]);
  });

  it('marks only its first refusal', () => {
    const windows = three();
    waits(windows, 'a', 0, 0, 0);
    const first = [0, 0, 1_000].map((now) => windows.spend('a', now).isFirstRefusal);
    expect(first).toEqual([true, false, false]);
  });

  it('admits refunded uses again, but never more than its limit', () => {
    const windows = three();
    waits(windows, 'a', 0, 0, 0);
    windows.refund('a', 1, 0);
    expect(waits(windows, 'a', 0, 0)).toEqual([0, 1_000]);
    windows.refund('a', 99, 0);
    windows.refund('unknown', 1, 0);
    expect(waits(windows, 'a', 0, 0, 0, 0)).toEqual([0, 0, 0, 1_000]);
  });
});

describe('the windows', () => {
  it('are evicted once they have ended, and oldest first beyond 100,000', () => {
    const windows = new FixedWindowCounter({ limit: 1, windowMs: 1_000 });
    for (let key = 0; key < 1_000; key++) windows.spend(`early ${key}`, 0);
    for (let key = 0; key < 1_000; key++) windows.spend(`late ${key}`, 2_000);
    expect(windows.size).toBe(1_000);
    for (let key = 0; key < 150_000; key++) windows.spend(`many ${key}`, 2_001);
    expect(windows.size).toBe(100_000);
    expect(windows.spend('many 149999', 2_002).waitMs).toBeGreaterThan(0);
    expect(windows.spend('many 0', 2_002).waitMs).toBe(0);
  });
});

describe('backing off', () => {
  it.each([
    [-5, 0],
    [-1, 0],
    [0, 1_000],
    [1, 2_000],
    [2, 4_000],
    [9, 512_000],
    [10, 900_000],
    [5_000, 900_000],
  ])('requires, %d uses beyond the limit, a wait of %d ms', (over, waitMs) => {
    expect(backOffMs(over, 900_000)).toBe(waitMs);
  });

  it('admits one use after each wait, and attempts during a wait do not extend it', () => {
    const windows = new FixedWindowCounter({ limit: 2, windowMs: HOUR });
    const at = (now: number): number => windows.spendWithBackoff('a', 900_000, now).waitMs;
    expect([at(0), at(0), at(0), at(400), at(1_000)]).toEqual([0, 0, 1_000, 600, 0]);
    expect([at(1_000), at(2_999), at(3_000), at(3_001)]).toEqual([2_000, 1, 0, 3_999]);
    windows.refund('a', Infinity, 3_001);
    expect([at(3_001), at(3_001), at(3_001)]).toEqual([0, 0, 1_000]);
  });
});

describe('counts of other nodes', () => {
  it('replace the count and the end of the window', () => {
    const windows = new FixedWindowCounter({ limit: 3, windowMs: 1_000 });
    windows.onDirty = () => undefined;
    windows.spend('a', 0);
    expect(windows.drainDirty(10)).toEqual([['a', 1]]);
    windows.spend('a', 0);
    windows.applyClusterCount('a', 2, 500, 0);
    expect(windows.spend('a', 0).waitMs).toBe(500);
    expect(windows.drainDirty(10)).toEqual([['a', 1]]);
    expect(windows.hasDirtyKeys).toBe(false);
    windows.applyClusterCount('a', 1, 400, 0);
    expect(windows.spend('a', 0).waitMs).toBe(0);
  });

  it('receive in one batch the keys that have used a tenth of their limit', () => {
    const windows = new FixedWindowCounter({ limit: 20, windowMs: 1_000 });
    let batches = 0;
    windows.onDirty = () => batches++;
    for (const key of ['a', 'b', 'b', 'c', 'c', 'c']) windows.spend(key, 0);
    expect(batches).toBe(1);
    expect(windows.drainDirty(1)).toEqual([['b', 2]]);
    expect(windows.hasDirtyKeys).toBe(true);
    expect(windows.drainDirty(10)).toEqual([['c', 3]]);
    windows.restore('c', 3);
    windows.refund('c', 1, 0);
    expect(windows.drainDirty(10)).toEqual([['c', 2]]);
  });
});
