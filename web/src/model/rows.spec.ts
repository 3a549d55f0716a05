import { describe, expect, it } from '@jest/globals';

import { messageOf, noticeOf, stateOf } from './fixtures.js';
import { leadingNotices, rowsOf } from './rows.js';

const bob = { id: 'bob', username: 'bob', displayName: 'Bob', avatarUrl: null };
const at = (day: number, hour: number, minute = 0): string => new Date(2026, 10, day, hour, minute).toISOString();

describe('rowsOf', () => {
  it('makes one row per message, keyed by its id', () => {
    const rows = rowsOf(stateOf([messageOf(1), messageOf(2), messageOf(3, { seq: null, id: 'waits' })]), null, 'ada');
    expect(rows.map(({ key }) => key)).toEqual(['m1', 'm2', 'waits']);
  });

  it('starts a day where the date changes, and at the first message of the conversation', () => {
    const items = [
      messageOf(1, { createdAt: at(19, 23, 59) }),
      messageOf(2, { createdAt: at(20, 0, 1) }),
      messageOf(3, { createdAt: at(20, 9) }),
    ];
    expect(rowsOf(stateOf(items), null, 'ada').map(({ day }) => day)).toEqual(['2026-11-19', '2026-11-20', null]);
  });

  it('starts no day at the top while older messages are not loaded', () => {
    const [first] = rowsOf(stateOf([messageOf(1)], { hasBefore: true }), null, 'ada');
    expect(first).toMatchObject({ day: null, isStart: false });
  });

  it('groups messages that one sender sent within five minutes', () => {
    const items = [
      messageOf(1, { createdAt: at(20, 10, 0) }),
      messageOf(2, { createdAt: at(20, 10, 4) }),
      messageOf(3, { createdAt: at(20, 10, 5), sender: bob }),
      messageOf(4, { createdAt: at(20, 10, 10), sender: bob }),
    ];
    const rows = rowsOf(stateOf(items), null, 'ada');
    expect(rows.map(({ startsGroup }) => startsGroup)).toEqual([true, false, true, true]);
    expect(rows.map(({ endsGroup }) => endsGroup)).toEqual([false, true, true, true]);
  });

  it('marks the first message of another user after the read marker as unread', () => {
    const items = [
      messageOf(1, { sender: bob }),
      messageOf(2),
      messageOf(3, { sender: bob }),
      messageOf(4, { sender: bob }),
    ];
    const unread = (readSeq: number | null): string[] =>
      rowsOf(stateOf(items), readSeq, 'ada')
        .filter(({ isFirstUnread }) => isFirstUnread)
        .map(({ key }) => key);
    expect(unread(1)).toEqual(['m3']);
    expect(unread(0)).toEqual(['m1']);
    expect(unread(4)).toEqual([]);
    expect(unread(null)).toEqual([]);
  });

  it('puts system messages below the message that they follow, and ends the group there', () => {
    const items = [messageOf(1), messageOf(2), messageOf(3)];
    const notices = [noticeOf('before', 0), noticeOf('one', 1), noticeOf('other', 1), noticeOf('last', 3)];
    const rows = rowsOf(stateOf(items, { notices }), null, 'ada');
    expect(rows.map((row) => row.notices.map(({ id }) => id))).toEqual([['one', 'other'], [], ['last']]);
    expect(rows.map(({ startsGroup }) => startsGroup)).toEqual([true, true, false]);
    expect(leadingNotices(stateOf(items, { notices })).map(({ id }) => id)).toEqual(['before']);
  });

  it('leaves out system messages outside the loaded messages', () => {
    const state = stateOf([messageOf(5), messageOf(6)], {
      hasBefore: true,
      hasAfter: true,
      notices: [noticeOf('before', 3), noticeOf('here', 5), noticeOf('after', 6)],
    });
    expect(rowsOf(state, null, 'ada').flatMap(({ notices }) => notices.map(({ id }) => id))).toEqual(['here']);
    expect(leadingNotices(state)).toEqual([]);
  });
});

describe('leadingNotices', () => {
  it('returns every notice of a conversation without messages', () => {
    expect(leadingNotices(stateOf([], { notices: [noticeOf('joined', 0)] }))).toHaveLength(1);
  });
});
