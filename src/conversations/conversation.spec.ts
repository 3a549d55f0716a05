import { describe, expect, it } from '@jest/globals';

import { DomainError, type ErrorCode } from '../common/domain-error.js';
import {
  authoriseAdd,
  authoriseDelete,
  authoriseJoin,
  authoriseLeave,
  authoriseMember,
  authoriseRemove,
  authoriseRename,
  checkNew,
  cleanTitle,
  cleanTopic,
  CONVERSATION_TYPES,
  type ConversationType,
  departure,
  directKey,
  isAbandoned,
  isVisible,
  type Membership,
  peerOf,
  refuseBlocked,
  type Role,
  roleChanges,
  ROLES,
  type Standing,
} from './conversation.js';

type Place = Role | 'outsider';
type Outcome = ErrorCode | 'ok';

const membership = (userId: string, place: Place): Membership | null =>
  place === 'outsider' ? null : { userId, role: place };

const standing = (type: ConversationType, place: Place): Standing => ({
  conversation: {
    id: 'c',
    type,
    title: null,
    topic: null,
    createdBy: null,
    lastSeq: 0,
    rev: 1,
    memberCount: 3,
  },
  membership: membership('actor', place),
  peerId: type === 'direct' ? 'peer' : null,
});

/** What a rule says: `ok`, or the code that it throws. */
function outcome(rule: () => unknown): Outcome {
  try {
    rule();
    return 'ok';
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}

/** For each type, what owner, admin, member and outsider get. */
const PLACES: readonly Place[] = [...ROLES, 'outsider'];
const rows = (table: Readonly<Record<ConversationType, readonly Outcome[]>>) =>
  CONVERSATION_TYPES.flatMap((type) =>
    PLACES.map((place, index) => [place, type, table[type][index] ?? 'internal'] as const),
  );

describe('who may', () => {
  describe('read and write', () => {
    it.each(
      rows({
        direct: ['ok', 'ok', 'ok', 'not_found'],
        group: ['ok', 'ok', 'ok', 'not_found'],
        room: ['ok', 'ok', 'ok', 'not_a_member'],
      }),
    )('%s, %s: %s', (place, type, expected) => {
      expect(outcome(() => authoriseMember(standing(type, place)))).toBe(expected);
    });

    it('is said with the membership that allows it', () => {
      expect(authoriseMember(standing('group', 'admin'))).toEqual({ userId: 'actor', role: 'admin' });
    });
  });

  describe('see that it exists', () => {
    it.each(
      rows({
        direct: ['ok', 'ok', 'ok', 'not_found'],
        group: ['ok', 'ok', 'ok', 'not_found'],
        room: ['ok', 'ok', 'ok', 'ok'],
      }),
    )('%s, %s: %s', (place, type, expected) => {
      expect(isVisible(type, place !== 'outsider')).toBe(expected === 'ok');
    });
  });

  describe('join', () => {
    it.each(
      rows({
        direct: ['not_found', 'not_found', 'not_found', 'not_found'],
        group: ['not_found', 'not_found', 'not_found', 'not_found'],
        room: ['ok', 'ok', 'ok', 'ok'],
      }),
    )('%s, %s: %s', (place, type, expected) => {
      expect(outcome(() => authoriseJoin(standing(type, place)))).toBe(expected);
    });
  });

  describe('rename', () => {
    it.each(
      rows({
        direct: ['forbidden', 'forbidden', 'forbidden', 'not_found'],
        group: ['ok', 'ok', 'forbidden', 'not_found'],
        room: ['ok', 'ok', 'forbidden', 'not_a_member'],
      }),
    )('%s, %s: %s', (place, type, expected) => {
      expect(outcome(() => authoriseRename(standing(type, place)))).toBe(expected);
    });
  });

  describe('delete', () => {
    it.each(
      rows({
        direct: ['forbidden', 'forbidden', 'forbidden', 'not_found'],
        group: ['ok', 'forbidden', 'forbidden', 'not_found'],
        room: ['ok', 'forbidden', 'forbidden', 'not_a_member'],
      }),
    )('%s, %s: %s', (place, type, expected) => {
      expect(outcome(() => authoriseDelete(standing(type, place)))).toBe(expected);
    });
  });

  describe('add members', () => {
    it.each(
      rows({
        direct: ['forbidden', 'forbidden', 'forbidden', 'not_found'],
        group: ['ok', 'ok', 'ok', 'not_found'],
        room: ['ok', 'ok', 'forbidden', 'not_a_member'],
      }),
    )('%s, %s: %s', (place, type, expected) => {
      expect(outcome(() => authoriseAdd(standing(type, place)))).toBe(expected);
    });
  });

  describe('leave', () => {
    it.each(
      rows({
        direct: ['forbidden', 'forbidden', 'forbidden', 'not_found'],
        group: ['ok', 'ok', 'ok', 'not_found'],
        room: ['ok', 'ok', 'ok', 'not_a_member'],
      }),
    )('%s, %s: %s', (place, type, expected) => {
      expect(outcome(() => authoriseLeave(standing(type, place)))).toBe(expected);
    });
  });

  describe('remove', () => {
    const table: readonly (readonly [type: ConversationType, place: Place, whom: Place, expected: Outcome])[] = [
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
    it.each(table)('%s: %s removes %s: %s', (type, place, whom, expected) => {
      expect(outcome(() => authoriseRemove(standing(type, place), membership('target', whom)))).toBe(expected);
    });
  });

  describe('give roles', () => {
    const table: readonly (readonly [
      type: ConversationType,
      place: Place,
      whom: Place,
      role: Role,
      expected: Outcome,
    ])[] = [
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
    it.each(table)('%s: %s makes %s %s: %s', (type, place, whom, role, expected) => {
      expect(outcome(() => roleChanges(standing(type, place), membership('target', whom), role))).toBe(expected);
    });
  });
});

describe('a given role', () => {
  const owner = standing('group', 'owner');

  it.each([
    ['a member becomes an admin', 'member', 'admin', [{ userId: 'target', role: 'admin' }]],
    ['an admin becomes a member', 'admin', 'member', [{ userId: 'target', role: 'member' }]],
    ['what somebody is already changes nothing', 'admin', 'admin', []],
    [
      'ownership goes over, and the giver becomes an admin',
      'member',
      'owner',
      [
        { userId: 'target', role: 'owner' },
        { userId: 'actor', role: 'admin' },
      ],
    ],
  ] as const)('%s', (_case, whom, role, changes) => {
    expect(roleChanges(owner, membership('target', whom), role)).toEqual(changes);
  });

  it('is not laid down by the owner: it has to go to somebody', () => {
    const self = membership('actor', 'owner');
    expect(roleChanges(owner, self, 'owner')).toEqual([]);
    for (const role of ['admin', 'member'] as const) {
      expect(() => roleChanges(owner, self, role)).toThrow(expect.objectContaining({ code: 'conflict' }));
    }
  });
});

describe('whoever leaves', () => {
  const leaves = { kind: 'leave', userId: 'actor' };
  const takesOver = { kind: 'role', userId: 'next', role: 'owner' };

  it.each([
    ['hands over as the owner: first goes, then gives', 'owner', 'member', [leaves, takesOver]],
    ['hands over to an admin alike', 'owner', 'admin', [leaves, takesOver]],
    ['hands over to nobody where nobody is', 'owner', 'outsider', [leaves]],
    ['has nothing to hand over as an admin', 'admin', 'member', [leaves]],
    ['has nothing to hand over as a member', 'member', 'admin', [leaves]],
    ['just goes', 'member', 'outsider', [leaves]],
  ] as const)('%s', (_case, role, next, changes) => {
    expect(departure({ userId: 'actor', role }, membership('next', next))).toEqual(changes);
  });
});

it.each([
  [[], 'ok'],
  [['ann'], 'blocked'],
  [['ann', 'ben'], 'blocked'],
] as const)('among those concerned, blocks with %j: %s', (blocked, expected) => {
  expect(outcome(() => refuseBlocked(blocked))).toBe(expected);
});

describe('a new conversation', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `user ${index}`);
  it.each([
    ['a group without title or others', 'group', null, null, [], 'ok'],
    ['a group of a thousand', 'group', null, null, many(999), 'ok'],
    ['a group of more', 'group', null, null, many(1_000), 'memberIds'],
    ['a room with a title', 'room', 'Title', 'Topic', [], 'ok'],
    ['a room without a title', 'room', null, null, [], 'title'],
    ['a pair', 'direct', null, null, many(1), 'ok'],
    ['a pair of one', 'direct', null, null, [], 'memberIds'],
    ['a pair of three', 'direct', null, null, many(2), 'memberIds'],
    ['a pair with a title', 'direct', 'Title', null, many(1), 'title'],
    ['a pair with a topic', 'direct', null, 'Topic', many(1), 'topic'],
  ] as const)('may be, or names what is wrong: %s', (_case, type, title, topic, others, expected) => {
    let field = 'ok';
    try {
      checkNew(type, title, topic, others);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      field = error.extra.errors?.[0]?.field ?? error.code;
    }
    expect(field).toBe(expected);
  });
});

describe('titles and topics', () => {
  it('are cleaned: a title is one line, a topic may have several, and a blank topic is none', () => {
    expect(cleanTitle('  E\u0301t\u00e9 ')).toBe('Été');
    expect(cleanTopic(' one\r\ntwo ')).toBe('one\ntwo');
    for (const blank of [null, '', ' \n ']) expect(cleanTopic(blank)).toBeNull();
  });

  it.each([
    ['a blank title', () => cleanTitle('  ')],
    ['a title of two lines', () => cleanTitle('a\nb')],
    ['a title of 101 characters', () => cleanTitle('🦊'.repeat(101))],
    ['a topic of 501 characters', () => cleanTopic('🦊'.repeat(501))],
    ['a topic with a NUL', () => cleanTopic('a\u0000')],
  ])('are refused: %s', (_case, clean) => {
    expect(outcome(clean)).toBe('validation_failed');
  });

  it('may be as long as they get', () => {
    expect(cleanTitle('🦊'.repeat(100))).toHaveLength(200);
    expect(cleanTopic('🦊'.repeat(500))).toHaveLength(1_000);
  });
});

it('a pair has one key, whoever asks', () => {
  expect(directKey('a', 'b')).toBe(directKey('b', 'a'));
  expect(directKey('a', 'b')).not.toBe(directKey('a', 'c'));
});

it.each([
  ['a', directKey('a', 'b'), 'b'],
  ['b', directKey('a', 'b'), 'a'],
  ['a', directKey('b', 'a'), 'b'],
  ['a', null, null],
])('the peer of %s in the pair %s is %s', (userId, key, peer) => {
  expect(peerOf(key, userId)).toBe(peer);
});

it.each([
  ['group', 0, true],
  ['group', 1, false],
  ['room', 0, false],
  ['direct', 0, true],
  ['direct', 1, false],
] as const)('a %s with %d members ends: %s', (type, memberCount, ends) => {
  expect(isAbandoned(type, memberCount)).toBe(ends);
});
