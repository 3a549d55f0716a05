import { describe, expect, it } from '@jest/globals';

import { activityTime, dayName, dayOf, lastSeen, timeOfDay } from './time.js';

const now = new Date(2026, 10, 20, 15, 30);
const at = (day: number, hour = 12): string => new Date(2026, 10, day, hour).toISOString();

describe('dayName', () => {
  it('names recent days in words, and older days by date', () => {
    expect(dayName(dayOf(at(20)), now)).toBe('Today');
    expect(dayName(dayOf(at(19, 23)), now)).toBe('Yesterday');
    expect(dayName(dayOf(at(16)), now)).toBe('Monday');
    expect(dayName(dayOf(at(1)), now)).toMatch(/November/);
    expect(dayName('2024-02-29', now)).toMatch(/2024/);
  });
});

describe('activityTime', () => {
  it('shows a time today, a weekday this week, and a date before', () => {
    expect(activityTime(at(20, 9), now)).toBe(timeOfDay(at(20, 9)));
    expect(activityTime(at(19, 23), now)).toBe('Yesterday');
    expect(activityTime(at(17), now)).toBe('Tuesday');
    expect(activityTime(at(2), now)).toMatch(/26/);
  });
});

describe('lastSeen', () => {
  it('describes when a user was last online', () => {
    expect(lastSeen(null, now)).toBe('offline');
    expect(lastSeen(now.toISOString(), now)).toBe('last seen just now');
    expect(lastSeen(new Date(now.getTime() - 5 * 60_000).toISOString(), now)).toBe('last seen 5 min ago');
    expect(lastSeen(at(20, 9), now)).toMatch(/^last seen today at/);
    expect(lastSeen(at(19, 9), now)).toMatch(/^last seen yesterday at/);
  });
});
