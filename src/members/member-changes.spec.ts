import { describe, expect, it } from '@jest/globals';

import { standing } from '../../test/support/rule-tables.js';
import { isAbandoned, type MemberChange, planMemberChanges } from './member-changes.js';

const { conversation } = standing('group', 'owner');
const join = (userId: string): MemberChange => ({ kind: 'join', userId, role: 'member' });
const leave = (userId: string): MemberChange => ({ kind: 'leave', userId });
const role = (userId: string): MemberChange => ({ kind: 'role', userId, role: 'admin' });

describe('planMemberChanges', () => {
  it('numbers the changes from the next rev, in their order', () => {
    const { changes, rev } = planMemberChanges({ ...conversation, rev: 7 }, [leave('a'), role('b'), join('c')]);
    expect(changes.map((change) => [change.userId, change.rev])).toEqual([
      ['a', 8],
      ['b', 9],
      ['c', 10],
    ]);
    expect(rev).toBe(10);
  });

  it.each([
    ['no change', [], 3, []],
    ['a join', [join('a')], 4, ['a']],
    ['a leave', [leave('a')], 2, []],
    ['a new role', [role('a')], 3, []],
    ['changes of each kind', [join('a'), leave('b'), join('c'), role('d')], 4, ['a', 'c']],
  ] as const)('counts the members after %s', (_case, changes, memberCount, joining) => {
    expect(planMemberChanges(conversation, changes)).toMatchObject({ memberCount, joining, deleted: false });
  });

  it('deletes a group when its last member leaves', () => {
    const one = { ...conversation, memberCount: 1 };
    expect(planMemberChanges(one, [leave('a')]).deleted).toBe(true);
    expect(planMemberChanges({ ...one, type: 'room' }, [leave('a')]).deleted).toBe(false);
  });

  it('deletes nothing without a change', () => {
    expect(planMemberChanges({ ...conversation, memberCount: 0 }, [])).toMatchObject({ deleted: false, rev: 1 });
  });
});

it.each([
  ['group', 0, true],
  ['group', 1, false],
  ['room', 0, false],
  ['direct', 0, true],
  ['direct', 1, false],
] as const)('deletes a %s with %d members: %s', (type, memberCount, deleted) => {
  expect(isAbandoned(type, memberCount)).toBe(deleted);
});
