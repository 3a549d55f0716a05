import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { aSession } from '../../test/fakes/row-factories.js';
import { isAlive, refreshDecision, rotate, type Session } from './session.js';

const START = Date.parse('2026-11-20T10:00:00.000Z');
const TTL_MS = 60 * 86_400_000;
const at = (seconds: number): Date => new Date(START + seconds * 1_000);

const opened = aSession('u', {
  rotations: [START],
  createdAt: at(0),
  lastSeenAt: at(0),
  expiresAt: new Date(START + TTL_MS),
});

/** The session after refreshes at these seconds. */
const refreshedAt = (...seconds: number[]): Session =>
  seconds.reduce((session, second) => rotate(session, at(second), TTL_MS), opened);

describe('a rotation', () => {
  it('replaces the presented generation, confirms it, and extends the session', () => {
    expect(rotate(opened, at(100), TTL_MS)).toEqual({
      ...opened,
      generation: 2,
      confirmed: 1,
      rotations: [START + 100_000],
      lastSeenAt: at(100),
      expiresAt: new Date(START + 100_000 + TTL_MS),
    });
  });

  it('confirms the presented generation, which proves that the client received it', () => {
    expect(refreshedAt(100)).toMatchObject({ generation: 2, confirmed: 1 });
    expect(refreshedAt(100, 200, 300)).toMatchObject({ generation: 4, confirmed: 3 });
  });

  it('keeps the rotations of the last 30 s only, at most 32', () => {
    expect(refreshedAt(100, 110, 120).rotations).toEqual([START + 100_000, START + 110_000, START + 120_000]);
    expect(refreshedAt(100, 110, 141).rotations).toEqual([START + 141_000]);
    const frantic = refreshedAt(...Array.from({ length: 100 }, (_, index) => 100 + index / 100));
    expect(frantic.rotations).toHaveLength(32);
    expect(frantic.generation).toBe(101);
  });
});

describe('a refresh token', () => {
  const confirmed = (session: Session): Session => ({ ...session, confirmed: session.generation });

  it.each([
    ['of the current generation is rotated', opened, 1, at(1), 'rotate'],
    ['of the current generation is rotated at any time', refreshedAt(10), 2, at(59 * 86_400), 'rotate'],

    ['gets the same successor when the answer was lost', refreshedAt(10), 1, at(20), 'repeat'],
    ['gets the same successor at any time when the answer was lost', refreshedAt(10), 1, at(50 * 86_400), 'repeat'],

    ['of a concurrent tab gets the same successor', confirmed(refreshedAt(10)), 1, at(11), 'repeat'],
    ['of a concurrent tab gets it for 30 s', confirmed(refreshedAt(10)), 1, at(40), 'repeat'],
    ['is reused after those 30 s', confirmed(refreshedAt(10)), 1, at(40.001), 'reused'],

    ['two rotations old is reused', refreshedAt(10, 100), 1, at(131), 'reused'],
    ['two rotations old is repeated within 30 s of its own rotation', refreshedAt(10, 20), 1, at(40), 'repeat'],
    ['two rotations old is reused after 30 s of its own rotation', refreshedAt(10, 20), 1, at(40.001), 'reused'],
    [
      'in the middle of quick rotations is repeated within 30 s of its own',
      refreshedAt(10, 20, 30),
      2,
      at(50),
      'repeat',
    ],
    ['in the middle of quick rotations is reused after that', refreshedAt(10, 20, 30), 2, at(50.001), 'reused'],
    ['one rotation old is repeated after quick rotations', refreshedAt(10, 20, 30), 3, at(9_999), 'repeat'],
    ['older than the stored rotations is reused', refreshedAt(10, 60, 61), 1, at(62), 'reused'],

    ['of a future generation is reused', opened, 2, at(1), 'reused'],
    ['of a far future generation is reused', refreshedAt(10), 4_000_000_000, at(11), 'reused'],
  ] as const)('%s', (_case, session, generation, now, verdict) => {
    expect(refreshDecision(session, generation, now)).toBe(verdict);
  });

  it('is repeated for a lost answer only while no token of that answer was used', () => {
    const session = refreshedAt(10);
    expect(refreshDecision(session, 1, at(1_000))).toBe('repeat');
    expect(refreshDecision(confirmed(session), 1, at(1_000))).toBe('reused');
    expect(refreshDecision(rotate(session, at(999), TTL_MS), 1, at(1_000))).toBe('reused');
  });

  it('two or more rotations old is reused once 30 s have passed', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(gaps, fc.boolean(), (seconds, isConfirmed) => {
        let now = 0;
        const times = seconds.map((gap) => (now += gap));
        const session = isConfirmed ? confirmed(refreshedAt(...times)) : refreshedAt(...times);
        const later = at(now + 31);
        for (let generation = 1; generation < session.generation - 1; generation++) {
          expect(refreshDecision(session, generation, later)).toBe('reused');
        }
        expect(refreshDecision(session, session.generation - 1, later)).toBe(isConfirmed ? 'reused' : 'repeat');
        expect(refreshDecision(session, session.generation, later)).toBe('rotate');
      }),
    );
  });
});

describe('a session', () => {
  it.each([
    ['is alive', opened, at(1), true],
    ['is alive until its last millisecond', opened, new Date(START + TTL_MS - 1), true],
    ['is not alive once it has expired', opened, new Date(START + TTL_MS), false],
    ['is not alive once it was ended', { ...opened, ended: 'revoked' as const }, at(1), false],
  ])('%s', (_case, session, now, alive) => {
    expect(isAlive(session, now)).toBe(alive);
  });
});
