import { describe, expect, it } from '@jest/globals';

import { decide, outcomeTable, standing } from '../../test/support/rule-tables.js';
import { DomainError } from '../common/domain-error.js';
import {
  authoriseDelete,
  authoriseMember,
  authoriseRename,
  checkNew,
  cleanTitle,
  cleanTopic,
  directKey,
  isVisible,
  peerOf,
  refuseBlocked,
} from './conversation.js';

describe('authoriseMember', () => {
  it.each(
    outcomeTable({
      direct: ['ok', 'ok', 'ok', 'not_found'],
      group: ['ok', 'ok', 'ok', 'not_found'],
      room: ['ok', 'ok', 'ok', 'not_a_member'],
    }),
  )('lets the %s of a %s read and write: %s', (seat, type, expected) => {
    expect(decide(() => authoriseMember(standing(type, seat)))).toBe(expected);
  });

  it('returns the membership of the actor', () => {
    expect(authoriseMember(standing('group', 'admin'))).toEqual({ userId: 'actor', role: 'admin' });
  });
});

describe('isVisible', () => {
  it.each(
    outcomeTable({
      direct: ['ok', 'ok', 'ok', 'not_found'],
      group: ['ok', 'ok', 'ok', 'not_found'],
      room: ['ok', 'ok', 'ok', 'ok'],
    }),
  )('shows the %s that a %s exists: %s', (seat, type, expected) => {
    expect(isVisible(type, seat !== 'outsider')).toBe(expected === 'ok');
  });
});

describe('authoriseRename', () => {
  it.each(
    outcomeTable({
      direct: ['forbidden', 'forbidden', 'forbidden', 'not_found'],
      group: ['ok', 'ok', 'forbidden', 'not_found'],
      room: ['ok', 'ok', 'forbidden', 'not_a_member'],
    }),
  )('lets the %s of a %s change title and topic: %s', (seat, type, expected) => {
    expect(decide(() => authoriseRename(standing(type, seat)))).toBe(expected);
  });
});

describe('authoriseDelete', () => {
  it.each(
    outcomeTable({
      direct: ['forbidden', 'forbidden', 'forbidden', 'not_found'],
      group: ['ok', 'forbidden', 'forbidden', 'not_found'],
      room: ['ok', 'forbidden', 'forbidden', 'not_a_member'],
    }),
  )('lets the %s of a %s delete it: %s', (seat, type, expected) => {
    expect(decide(() => authoriseDelete(standing(type, seat)))).toBe(expected);
  });
});

it.each([
  [[], 'ok'],
  [['ann'], 'blocked'],
  [['ann', 'ben'], 'blocked'],
] as const)('answers blocks with the users %j: %s', (blocked, expected) => {
  expect(decide(() => refuseBlocked(blocked))).toBe(expected);
});

describe('a new conversation', () => {
  const users = (count: number) => Array.from({ length: count }, (_, index) => `user ${index}`);
  it.each([
    ['a group without title or other members', 'group', null, null, [], 'ok'],
    ['a group of 1,000 members', 'group', null, null, users(999), 'ok'],
    ['a group of 1,001 members', 'group', null, null, users(1_000), 'memberIds'],
    ['a room with a title', 'room', 'Title', 'Topic', [], 'ok'],
    ['a room without a title', 'room', null, null, [], 'title'],
    ['a direct conversation with one user', 'direct', null, null, users(1), 'ok'],
    ['a direct conversation with no other user', 'direct', null, null, [], 'memberIds'],
    ['a direct conversation with two users', 'direct', null, null, users(2), 'memberIds'],
    ['a direct conversation with a title', 'direct', 'Title', null, users(1), 'title'],
    ['a direct conversation with a topic', 'direct', null, 'Topic', users(1), 'topic'],
  ] as const)('is checked, with the wrong field in the error: %s', (_case, type, title, topic, others, expected) => {
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
  it('are normalised; a blank topic is stored as null', () => {
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
  ])('are rejected: %s', (_case, clean) => {
    expect(decide(clean)).toBe('validation_failed');
  });

  it('are accepted at their longest', () => {
    expect(cleanTitle('🦊'.repeat(100))).toHaveLength(200);
    expect(cleanTopic('🦊'.repeat(500))).toHaveLength(1_000);
  });
});

it('gives a pair of users one key, in either order', () => {
  expect(directKey('a', 'b')).toBe(directKey('b', 'a'));
  expect(directKey('a', 'b')).not.toBe(directKey('a', 'c'));
});

it.each([
  ['a', directKey('a', 'b'), 'b'],
  ['b', directKey('a', 'b'), 'a'],
  ['a', directKey('b', 'a'), 'b'],
  ['a', null, null],
])('names the peer of %s for the key %s: %s', (userId, key, peer) => {
  expect(peerOf(key, userId)).toBe(peer);
});
