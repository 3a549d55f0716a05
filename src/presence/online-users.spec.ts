import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { OnlineUsers } from './online-users.js';

const GRACE_MS = 5_000;

describe('who is online', () => {
  let heard: (readonly [what: string, userId: string, afterMs?: number])[];
  let online: OnlineUsers;

  /** What is told, with the moment that it names, in ms since the test began. */
  function observed(graceMs: number): OnlineUsers {
    const start = Date.now();
    const leftAt = new Map<string, number>();
    const users = new OnlineUsers(graceMs);
    users.observe({
      online: (userId) => heard.push(['came', userId]),
      disconnectedHere: (userId, at) => leftAt.set(userId, Number(at) - start),
      offline: (userId) => heard.push(['went', userId, leftAt.get(userId) ?? NaN]),
    });
    return users;
  }

  beforeEach(() => {
    jest.useFakeTimers();
    heard = [];
    online = observed(GRACE_MS);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('comes with the first connection, of which others hear once', () => {
    expect(online.has('ann')).toBe(false);
    for (let connections = 0; connections < 3; connections++) online.connected('ann');
    expect(online.has('ann')).toBe(true);
    expect(heard).toEqual([['came', 'ann']]);
  });

  it('stays for a moment after the last connection, and has gone then', () => {
    online.connected('ann');
    online.disconnected('ann');
    jest.advanceTimersByTime(GRACE_MS - 1);
    expect(online.has('ann')).toBe(true);
    expect(heard).toEqual([['came', 'ann']]);
    jest.advanceTimersByTime(1);
    expect(online.has('ann')).toBe(false);
    expect(heard).toEqual([
      ['came', 'ann'],
      ['went', 'ann', 0],
    ]);
  });

  it('is back within that moment without anybody hearing of it', () => {
    online.connected('ann');
    for (let times = 0; times < 3; times++) {
      online.disconnected('ann');
      jest.advanceTimersByTime(GRACE_MS - 1);
      online.connected('ann');
    }
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(online.has('ann')).toBe(true);
    expect(heard).toEqual([['came', 'ann']]);
  });

  it('has the whole moment again after every last connection', () => {
    online.connected('ann');
    online.disconnected('ann');
    jest.advanceTimersByTime(3_000);
    online.connected('ann');
    online.disconnected('ann');
    jest.advanceTimersByTime(GRACE_MS - 1);
    expect(online.has('ann')).toBe(true);
    jest.advanceTimersByTime(1);
    expect(heard).toEqual([
      ['came', 'ann'],
      ['went', 'ann', 3_000],
    ]);
  });

  it('stays while any connection does, and went when the last one ended', () => {
    online.connected('ann');
    online.connected('ann');
    jest.advanceTimersByTime(1_000);
    online.disconnected('ann');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(online.has('ann')).toBe(true);
    online.disconnected('ann');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(online.has('ann')).toBe(false);
    expect(heard).toEqual([
      ['came', 'ann'],
      ['went', 'ann', 1_000 + 10 * GRACE_MS],
    ]);
  });

  it('comes anew after having gone', () => {
    online.connected('ann');
    online.disconnected('ann');
    jest.advanceTimersByTime(GRACE_MS);
    online.connected('ann');
    expect(online.allHere()).toEqual(['ann']);
    expect(heard.map(([what]) => what)).toEqual(['came', 'went', 'came']);
  });

  it('goes at once where there is no grace', () => {
    online = observed(0);
    online.connected('ann');
    jest.advanceTimersByTime(7);
    online.disconnected('ann');
    expect(online.has('ann')).toBe(false);
    expect(heard).toEqual([
      ['came', 'ann'],
      ['went', 'ann', 7],
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is each on their own', () => {
    for (const userId of ['ann', 'ben', 'cleo']) online.connected(userId);
    online.disconnected('ben');
    expect(online.allHere().sort()).toEqual(['ann', 'ben', 'cleo']);
    jest.advanceTimersByTime(GRACE_MS);
    expect(online.allHere().sort()).toEqual(['ann', 'cleo']);
    expect(heard.at(-1)).toEqual(['went', 'ben', 0]);
  });

  it.each([GRACE_MS, 0])('is nobody who goes without having come, with %d ms of grace', (graceMs) => {
    online = observed(graceMs);
    online.disconnected('nobody');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(online.allHere()).toEqual([]);
    expect(heard).toEqual([]);
  });

  it('is online for as long as any node has them, and comes and goes once', () => {
    online = observed(0);
    online.connectedOnPeer('ann');
    online.connected('ann');
    online.connectedOnPeer('ann');
    online.wentElsewhere('ann');
    online.disconnected('ann');
    expect(online.has('ann')).toBe(true);
    expect(online.allHere()).toEqual([]);
    expect(heard).toEqual([['came', 'ann']]);
    online.wentElsewhere('ann');
    expect(online.has('ann')).toBe(false);
    expect(heard.map(([what]) => what)).toEqual(['came', 'went']);
    online.wentElsewhere('ann');
    expect(heard).toHaveLength(2);
  });

  it('is known though nobody listens', () => {
    const unheard = new OnlineUsers(0);
    unheard.connected('ann');
    expect(unheard.has('ann')).toBe(true);
    unheard.disconnected('ann');
    expect(unheard.has('ann')).toBe(false);
  });
});
