import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';

import { OnlineUsers } from './online-users.js';

const GRACE_MS = 5_000;

describe('online users', () => {
  let events: (readonly [event: string, userId: string, afterMs?: number])[];
  let online: OnlineUsers;

  /** Records events; `offline` with the end of the last connection, in milliseconds since the test began. */
  function observed(graceMs: number): OnlineUsers {
    const start = Date.now();
    const endedAt = new Map<string, number>();
    const users = new OnlineUsers(graceMs);
    users.observe({
      online: (userId) => events.push(['online', userId]),
      disconnectedHere: (userId, at) => endedAt.set(userId, Number(at) - start),
      offline: (userId) => events.push(['offline', userId, endedAt.get(userId) ?? NaN]),
    });
    return users;
  }

  beforeEach(() => {
    jest.useFakeTimers();
    events = [];
    online = observed(GRACE_MS);
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('come online once, with the first connection', () => {
    expect(online.has('ann')).toBe(false);
    for (let connections = 0; connections < 3; connections++) online.connected('ann');
    expect(online.has('ann')).toBe(true);
    expect(events).toEqual([['online', 'ann']]);
  });

  it('stay online for the grace period after the last connection', () => {
    online.connected('ann');
    online.disconnected('ann');
    jest.advanceTimersByTime(GRACE_MS - 1);
    expect(online.has('ann')).toBe(true);
    expect(events).toEqual([['online', 'ann']]);
    jest.advanceTimersByTime(1);
    expect(online.has('ann')).toBe(false);
    expect(events).toEqual([
      ['online', 'ann'],
      ['offline', 'ann', 0],
    ]);
  });

  it('reconnect within the grace period without an event', () => {
    online.connected('ann');
    for (let times = 0; times < 3; times++) {
      online.disconnected('ann');
      jest.advanceTimersByTime(GRACE_MS - 1);
      online.connected('ann');
    }
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(online.has('ann')).toBe(true);
    expect(events).toEqual([['online', 'ann']]);
  });

  it('get the whole grace period after every last connection', () => {
    online.connected('ann');
    online.disconnected('ann');
    jest.advanceTimersByTime(3_000);
    online.connected('ann');
    online.disconnected('ann');
    jest.advanceTimersByTime(GRACE_MS - 1);
    expect(online.has('ann')).toBe(true);
    jest.advanceTimersByTime(1);
    expect(events).toEqual([
      ['online', 'ann'],
      ['offline', 'ann', 3_000],
    ]);
  });

  it('stay online until the last connection ends', () => {
    online.connected('ann');
    online.connected('ann');
    jest.advanceTimersByTime(1_000);
    online.disconnected('ann');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(online.has('ann')).toBe(true);
    online.disconnected('ann');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(online.has('ann')).toBe(false);
    expect(events).toEqual([
      ['online', 'ann'],
      ['offline', 'ann', 1_000 + 10 * GRACE_MS],
    ]);
  });

  it('come online again after going offline', () => {
    online.connected('ann');
    online.disconnected('ann');
    jest.advanceTimersByTime(GRACE_MS);
    online.connected('ann');
    expect(online.localUsers()).toEqual(['ann']);
    expect(events.map(([event]) => event)).toEqual(['online', 'offline', 'online']);
  });

  it('go offline at once without a grace period', () => {
    online = observed(0);
    online.connected('ann');
    jest.advanceTimersByTime(7);
    online.disconnected('ann');
    expect(online.has('ann')).toBe(false);
    expect(events).toEqual([
      ['online', 'ann'],
      ['offline', 'ann', 7],
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are counted separately', () => {
    for (const userId of ['ann', 'ben', 'cleo']) online.connected(userId);
    online.disconnected('ben');
    expect(online.localUsers().sort()).toEqual(['ann', 'ben', 'cleo']);
    jest.advanceTimersByTime(GRACE_MS);
    expect(online.localUsers().sort()).toEqual(['ann', 'cleo']);
    expect(events.at(-1)).toEqual(['offline', 'ben', 0]);
  });

  it.each([GRACE_MS, 0])('ignore a disconnect without a connection, with a grace period of %d ms', (graceMs) => {
    online = observed(graceMs);
    online.disconnected('ann');
    jest.advanceTimersByTime(10 * GRACE_MS);
    expect(online.localUsers()).toEqual([]);
    expect(events).toEqual([]);
  });

  it('stay online while any node has a connection, with one event each way', () => {
    online = observed(0);
    online.connectedOnPeer('ann');
    online.connected('ann');
    online.connectedOnPeer('ann');
    online.disconnectedOnPeer('ann');
    online.disconnected('ann');
    expect(online.has('ann')).toBe(true);
    expect(online.localUsers()).toEqual([]);
    expect(events).toEqual([['online', 'ann']]);
    online.disconnectedOnPeer('ann');
    expect(online.has('ann')).toBe(false);
    expect(events.map(([event]) => event)).toEqual(['online', 'offline']);
    online.disconnectedOnPeer('ann');
    expect(events).toHaveLength(2);
  });

  it('are counted without a listener', () => {
    const unobserved = new OnlineUsers(0);
    unobserved.connected('ann');
    expect(unobserved.has('ann')).toBe(true);
    unobserved.disconnected('ann');
    expect(unobserved.has('ann')).toBe(false);
  });
});
