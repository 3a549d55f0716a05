import { describe, expect, it } from '@jest/globals';

import { decide, membership, type Outcome, outcomeTable, type Seat, standing } from '../../test/support/rule-tables.js';
import { type ConversationType, type Role, ROLES } from '../conversations/conversation.js';
import {
  authoriseAdd,
  authoriseJoin,
  authoriseLeave,
  authoriseRemove,
  departure,
  roleChanges,
} from './member-rules.js';

describe('authoriseJoin', () => {
  it.each(
    outcomeTable({
      direct: ['not_found', 'not_found', 'not_found', 'not_found'],
      group: ['not_found', 'not_found', 'not_found', 'not_found'],
      room: ['ok', 'ok', 'ok', 'ok'],
    }),
  )('lets the %s of a %s join: %s', (seat, type, expected) => {
    expect(decide(() => authoriseJoin(standing(type, seat)))).toBe(expected);
  });
});

describe('authoriseAdd', () => {
  it.each(
    outcomeTable({
      direct: ['forbidden', 'forbidden', 'forbidden', 'not_found'],
      group: ['ok', 'ok', 'ok', 'not_found'],
      room: ['ok', 'ok', 'forbidden', 'not_a_member'],
    }),
  )('lets the %s of a %s add members: %s', (seat, type, expected) => {
    expect(decide(() => authoriseAdd(standing(type, seat)))).toBe(expected);
  });
});

describe('authoriseLeave', () => {
  it.each(
    outcomeTable({
      direct: ['forbidden', 'forbidden', 'forbidden', 'not_found'],
      group: ['ok', 'ok', 'ok', 'not_found'],
      room: ['ok', 'ok', 'ok', 'not_a_member'],
    }),
  )('lets the %s of a %s leave: %s', (seat, type, expected) => {
    expect(decide(() => authoriseLeave(standing(type, seat)))).toBe(expected);
  });
});

describe('authoriseRemove', () => {
  const table: readonly (readonly [type: ConversationType, seat: Seat, target: Seat, expected: Outcome])[] = [
    ['direct', 'member', 'member', 'forbidden'],
    ['direct', 'outsider', 'member', 'not_found'],
    ...(['group', 'room'] as const).flatMap((type) => {
      const outside = type === 'room' ? 'not_a_member' : 'not_found';
      return [
        [type, 'owner', 'admin', 'ok'],
        [type, 'owner', 'member', 'ok'],
        [type, 'owner', 'outsider', 'not_found'],
        [type, 'admin', 'owner', 'forbidden'],
        [type, 'admin', 'admin', 'forbidden'],
        [type, 'admin', 'member', 'ok'],
        [type, 'admin', 'outsider', 'not_found'],
        [type, 'member', 'owner', 'forbidden'],
        [type, 'member', 'member', 'forbidden'],
        [type, 'member', 'outsider', 'forbidden'],
        [type, 'outsider', 'member', outside],
        [type, 'outsider', 'outsider', outside],
      ] as const;
    }),
  ];
  it.each(table)('in a %s, lets the %s remove the %s: %s', (type, seat, target, expected) => {
    expect(decide(() => authoriseRemove(standing(type, seat), membership('target', target)))).toBe(expected);
  });
});

describe('roleChanges', () => {
  const owner = standing('group', 'owner');
  const table: readonly (readonly [type: ConversationType, seat: Seat, target: Seat, role: Role, expected: Outcome])[] =
    [
      ['direct', 'member', 'member', 'admin', 'forbidden'],
      ['direct', 'outsider', 'member', 'admin', 'not_found'],
      ...(['group', 'room'] as const).flatMap((type) =>
        ROLES.flatMap((role) => [
          [type, 'owner', 'admin', role, 'ok'] as const,
          [type, 'owner', 'member', role, 'ok'] as const,
          [type, 'owner', 'outsider', role, 'not_found'] as const,
          [type, 'admin', 'member', role, 'forbidden'] as const,
          [type, 'admin', 'owner', role, 'forbidden'] as const,
          [type, 'member', 'member', role, 'forbidden'] as const,
          [type, 'outsider', 'member', role, type === 'room' ? 'not_a_member' : 'not_found'] as const,
        ]),
      ),
    ];
  it.each(table)('in a %s, lets the %s make the %s %s: %s', (type, seat, target, role, expected) => {
    expect(decide(() => roleChanges(standing(type, seat), membership('target', target), role))).toBe(expected);
  });

  it.each([
    ['makes a member an admin', 'member', 'admin', [{ userId: 'target', role: 'admin' }]],
    ['makes an admin a member', 'admin', 'member', [{ userId: 'target', role: 'member' }]],
    ['changes nothing when the target has the role already', 'admin', 'admin', []],
    [
      'transfers the ownership, and makes the previous owner an admin',
      'member',
      'owner',
      [
        { userId: 'target', role: 'owner' },
        { userId: 'actor', role: 'admin' },
      ],
    ],
  ] as const)('%s', (_case, target, role, changes) => {
    expect(roleChanges(owner, membership('target', target), role)).toEqual(changes);
  });

  it('rejects an owner who gives up the ownership without a new owner', () => {
    const self = membership('actor', 'owner');
    expect(roleChanges(owner, self, 'owner')).toEqual([]);
    for (const role of ['admin', 'member'] as const) {
      expect(() => roleChanges(owner, self, role)).toThrow(expect.objectContaining({ code: 'conflict' }));
    }
  });
});

describe('departure', () => {
  const leaves = { kind: 'leave', userId: 'actor' };
  const takesOver = { kind: 'role', userId: 'next', role: 'owner' };

  it.each([
    ['makes a member the owner after the owner leaves', 'owner', 'member', [leaves, takesOver]],
    ['makes an admin the owner after the owner leaves', 'owner', 'admin', [leaves, takesOver]],
    ['names no owner when no member remains', 'owner', 'outsider', [leaves]],
    ['keeps the owner when an admin leaves', 'admin', 'member', [leaves]],
    ['keeps the owner when a member leaves', 'member', 'admin', [leaves]],
    ['lets the last member leave', 'member', 'outsider', [leaves]],
  ] as const)('%s', (_case, role, next, changes) => {
    expect(departure({ userId: 'actor', role }, membership('next', next))).toEqual(changes);
  });
});
