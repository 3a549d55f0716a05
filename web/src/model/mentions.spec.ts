import { describe, expect, it } from '@jest/globals';

import { memberOf } from './fixtures.js';
import { mentionCandidates, mentionedUserIds, mentionQuery } from './mentions.js';

const members = [
  memberOf('1', 'ada', 'Ada Lovelace'),
  memberOf('2', 'grace.h', 'Grace Hopper'),
  memberOf('3', 'hedy', 'Hedy Lamarr'),
  memberOf('4', null, null),
];

describe('mentionQuery', () => {
  it.each([
    ['@', 1, { from: 0, query: '' }],
    ['hello @Gra', 10, { from: 6, query: 'gra' }],
    ['hello @gra and', 9, { from: 6, query: 'gr' }],
    ['mail me@gra', 11, null],
    ['@gra ', 5, null],
    ['no', 2, null],
  ])('of %p with the caret at %p is %p', (text, caret, query) => {
    expect(mentionQuery(text, caret)).toEqual(query);
  });
});

describe('mentionCandidates', () => {
  it('matches prefixes of the username and of words of the display name, and excludes the user and deleted accounts', () => {
    const usernames = (query: string): (string | null)[] =>
      mentionCandidates(members, query, '1').map(({ user }) => user.username);
    expect(usernames('h')).toEqual(['hedy', 'grace.h']);
    expect(usernames('')).toEqual(['grace.h', 'hedy']);
    expect(usernames('ada')).toEqual([]);
  });
});

describe('mentionedUserIds', () => {
  it('finds the usernames of members in any letter case, and no other names', () => {
    expect(mentionedUserIds('@Ada, @grace.h. and @stranger; mail x@hedy', members, 50)).toEqual(['1', '2']);
  });

  it('returns at most the number of mentions that a message may have', () => {
    expect(mentionedUserIds('@ada @grace.h @hedy', members, 2)).toEqual(['1', '2']);
  });
});
