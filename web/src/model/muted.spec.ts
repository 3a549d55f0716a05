import { describe, expect, it } from '@jest/globals';

import { isMuted, muteForever } from './muted.js';

const now = new Date(2026, 10, 20, 15, 30).getTime();
const at = (hour: number): string => new Date(2026, 10, 20, hour).toISOString();

describe('isMuted', () => {
  it('is true until the time of the mute', () => {
    expect(isMuted({ mutedUntil: null })).toBe(false);
    expect(isMuted({ mutedUntil: at(16) }, now)).toBe(true);
    expect(isMuted({ mutedUntil: at(15) }, now)).toBe(false);
  });
});

describe('muteForever', () => {
  it('outlasts any user', () => {
    expect(isMuted({ mutedUntil: muteForever() }, now + 50 * 365 * 86_400_000)).toBe(true);
  });
});
