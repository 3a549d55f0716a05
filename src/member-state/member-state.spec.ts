import { describe, expect, it } from '@jest/globals';

import { aMembership } from '../../test/fakes/view-factories.js';
import { isSameState, markDelivered, markRead, type MemberState, memberStateEvents } from './member-state.js';

const NONE: MemberState = { readSeq: 3, deliveredSeq: 5, mutedUntil: null, pinned: false, archivedSeq: null };

describe('markers', () => {
  it.each([
    ['move forward, the delivered one at least as far', 6, { readSeq: 6, deliveredSeq: 6 }],
    ['leave a delivered marker that is further', 4, { readSeq: 4, deliveredSeq: 5 }],
    ['never move back', 1, { readSeq: 3, deliveredSeq: 5 }],
    ['stop at the last message', 99, { readSeq: 8, deliveredSeq: 8 }],
  ])('of a read %s', (_case, seq, markers) => {
    expect(markRead(NONE, seq, 8)).toEqual({ ...NONE, ...markers });
  });

  it.each([
    ['move forward without the read one', 7, 7],
    ['never move back', 2, 5],
    ['stop at the last message', 99, 8],
  ])('of a delivery %s', (_case, seq, deliveredSeq) => {
    expect(markDelivered(NONE, seq, 8)).toEqual({ ...NONE, deliveredSeq });
  });
});

describe('isSameState', () => {
  const noon = new Date('2026-11-20T12:00:00Z');
  it.each([
    ['readSeq', { readSeq: 4 }],
    ['deliveredSeq', { deliveredSeq: 6 }],
    ['mutedUntil', { mutedUntil: noon }],
    ['pinned', { pinned: true }],
    ['archivedSeq', { archivedSeq: 0 }],
  ])('sees a change of %s', (_field, change) => {
    expect(isSameState(NONE, { ...NONE, ...change })).toBe(false);
  });

  it('compares times by value', () => {
    expect(isSameState({ ...NONE, mutedUntil: noon }, { ...NONE, mutedUntil: new Date(noon) })).toBe(true);
  });
});

describe('memberStateEvents', () => {
  const me = aMembership({ readSeq: 6, deliveredSeq: 7 });
  const after = { userId: 'ann', conversationId: 'c', stateRev: 9, me };
  const outcome = { before: NONE, changed: true, after, receipt: null, memberCount: 100 };
  const own = { name: 'conversation.me', event: after };
  const receipt = (kind: 'read' | 'delivered', seq: number) => ({
    name: `receipt.${kind}`,
    event: { conversationId: 'c', userId: 'ann', seq },
  });

  it.each([
    ['the new state', {}, [own]],
    ['the new state before the read receipt', { receipt: 'read' }, [own, receipt('read', 6)]],
    ['the new state before the delivery receipt', { receipt: 'delivered' }, [own, receipt('delivered', 7)]],
    ['no receipt when the marker stayed', { receipt: 'read', before: { ...NONE, readSeq: 6 } }, [own]],
    ['no receipt in a conversation of 101 members', { receipt: 'read', memberCount: 101 }, [own]],
    ['nothing without a change', { changed: false, receipt: 'read', before: { ...NONE, readSeq: 6 } }, []],
  ] as const)('publish %s', (_case, more, expected) => {
    expect(memberStateEvents({ ...outcome, ...more })).toEqual(expected);
  });
});
