import { describe, expect, it } from '@jest/globals';

import { memberOf } from './fixtures.js';
import { avatarHue, conversationName, groupName, initials, personName, typingText } from './names.js';

describe('personName', () => {
  it('prefers the display name, and names deleted accounts', () => {
    expect(personName(null)).toBe('…');
    expect(personName({ displayName: 'Ada', username: 'ada' })).toBe('Ada');
    expect(personName({ displayName: null, username: 'ada' })).toBe('ada');
    expect(personName({ displayName: null, username: null })).toBe('Deleted account');
  });
});

describe('conversationName', () => {
  it('is the title, or a generic name for a group without one', () => {
    const base = {
      id: '',
      topic: null,
      createdBy: null,
      createdAt: '',
      updatedAt: '',
      lastSeq: 0,
      rev: 1,
      memberCount: 2,
    };
    const room = { ...base, type: 'room' as const, title: 'general', peer: null, me: null, lastMessage: null };
    expect(conversationName(room)).toBe('general');
    expect(conversationName({ ...room, type: 'group', title: null })).toBe('Group');
  });
});

describe('groupName', () => {
  it('lists up to three other members', () => {
    const members = ['Ada', 'Bob', 'Cid', 'Dee', 'Eve'].map((name) => memberOf(name, name, name));
    expect(groupName(members.slice(0, 3), 'Ada')).toBe('Bob, Cid');
    expect(groupName(members, 'Ada')).toBe('Bob, Cid, Dee +1');
    expect(groupName([], 'Ada')).toBe('Group');
  });
});

describe('initials', () => {
  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['grace.hopper', 'GH'],
    ['Élan Vital du Monde', 'ÉM'],
    ['🎉', '🎉'],
    ['', '?'],
  ])('abbreviates %p to %p', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
});

describe('avatarHue', () => {
  it('gives an id always the same colour, and consecutive ids different ones', () => {
    expect(avatarHue('ada')).toBe(avatarHue('ada'));
    const ids = Array.from({ length: 32 }, (_, n) => `01a1fdd0-7b55-710d-8608-3b5d044d38${String(n).padStart(2, '0')}`);
    expect(new Set(ids.map(avatarHue)).size).toBeGreaterThan(2);
  });
});

describe('typingText', () => {
  it.each([
    [[], ''],
    [['Ada'], 'Ada is typing'],
    [['Ada', 'Bob'], 'Ada and Bob are typing'],
    [['Ada', 'Bob', 'Cid', 'Dee'], 'Ada, Bob and 2 more are typing'],
  ])('of %p is %p', (names, text) => {
    expect(typingText(names)).toBe(text);
  });
});
