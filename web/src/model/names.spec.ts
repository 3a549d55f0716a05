import { describe, expect, it } from '@jest/globals';

import { deviceName } from './device.js';
import { DraftStore } from './drafts.js';
import { memberOf } from './fixtures.js';
import { forever, isMuted } from './muted.js';
import { conversationName, groupName, avatarHue, initials, personName, typingText } from './names.js';
import { pathOf, routeOf } from './route.js';
import { receiptReach, messageTick } from './ticks.js';
import { activityTime, dayName, dayOf, lastSeen, timeOfDay } from './time.js';

const now = new Date(2026, 10, 20, 15, 30);
const at = (day: number, hour = 12): string => new Date(2026, 10, day, hour).toISOString();

describe('times', () => {
  it('name a day as one would', () => {
    expect(dayName(dayOf(at(20)), now)).toBe('Today');
    expect(dayName(dayOf(at(19, 23)), now)).toBe('Yesterday');
    expect(dayName(dayOf(at(16)), now)).toBe('Monday');
    expect(dayName(dayOf(at(1)), now)).toMatch(/November/);
    expect(dayName('2024-02-29', now)).toMatch(/2024/);
  });

  it('are short in an inbox', () => {
    expect(activityTime(at(20, 9), now)).toBe(timeOfDay(at(20, 9)));
    expect(activityTime(at(19, 23), now)).toBe('Yesterday');
    expect(activityTime(at(17), now)).toBe('Tuesday');
    expect(activityTime(at(2), now)).toMatch(/26/);
  });

  it('say when somebody was last there', () => {
    expect(lastSeen(null, now)).toBe('offline');
    expect(lastSeen(now.toISOString(), now)).toBe('last seen just now');
    expect(lastSeen(new Date(now.getTime() - 5 * 60_000).toISOString(), now)).toBe('last seen 5 min ago');
    expect(lastSeen(at(20, 9), now)).toMatch(/^last seen today at/);
    expect(lastSeen(at(19, 9), now)).toMatch(/^last seen yesterday at/);
  });
});

describe('names', () => {
  it('are the best that is known', () => {
    expect(personName(null)).toBe('…');
    expect(personName({ displayName: 'Ada', username: 'ada' })).toBe('Ada');
    expect(personName({ displayName: null, username: null })).toBe('Deleted account');
  });

  it('of a conversation are its title, or the other’s', () => {
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
    const people = ['Ada', 'Bob', 'Cid', 'Dee', 'Eve'].map((name) => memberOf(name, name, name));
    expect(groupName(people.slice(0, 3), 'Ada')).toBe('Bob, Cid');
    expect(groupName(people, 'Ada')).toBe('Bob, Cid, Dee +1');
    expect(groupName([], 'Ada')).toBe('Group');
  });

  it.each([
    ['Ada Lovelace', 'AL'],
    ['ada', 'A'],
    ['grace.hopper', 'GH'],
    ['Élan Vital du Monde', 'ÉM'],
    ['🎉', '🎉'],
    ['', '?'],
  ])('of %p have the letters %p', (name, letters) => {
    expect(initials(name)).toBe(letters);
  });

  it('have one colour each', () => {
    expect(avatarHue('ada')).toBe(avatarHue('ada'));
    const ids = Array.from({ length: 32 }, (_, n) => `01a1fdd0-7b55-710d-8608-3b5d044d38${String(n).padStart(2, '0')}`);
    expect(new Set(ids.map(avatarHue)).size).toBeGreaterThan(2);
  });

  it.each([
    [[], ''],
    [['Ada'], 'Ada is typing'],
    [['Ada', 'Bob'], 'Ada and Bob are typing'],
    [['Ada', 'Bob', 'Cid', 'Dee'], 'Ada, Bob and 2 more are typing'],
  ])('of those who type, %p, read %p', (names, text) => {
    expect(typingText(names)).toBe(text);
  });

  it.each([
    [
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36',
      'Chrome on Linux',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Safari/604.1',
      'Safari on iPhone',
    ],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Windows'],
    ['something', 'Browser'],
  ])('of a device say what it is', (agent, name) => {
    expect(deviceName(agent)).toBe(name);
  });
});

describe('a mute', () => {
  it('ends at its time, or not in anybody’s', () => {
    expect(isMuted({ mutedUntil: null })).toBe(false);
    expect(isMuted({ mutedUntil: at(20, 16) }, now.getTime())).toBe(true);
    expect(isMuted({ mutedUntil: at(20, 15) }, now.getTime())).toBe(false);
    expect(isMuted({ mutedUntil: forever() }, now.getTime() + 50 * 365 * 86_400_000)).toBe(true);
  });
});

describe('places', () => {
  const id = '0193d6a0-0000-7000-8000-000000000001';

  it.each(['/', '/archive', '/discover', '/settings', '/reset-password', '/verify-email', `/c/${id}`, `/c/${id}/info`])(
    'have an address: %s',
    (path) => {
      expect(pathOf(routeOf(path))).toBe(path);
    },
  );

  it.each(['/nothing', '/c/', '/c/1', '/c/../settings'])('that do not exist are the inbox: %s', (path) => {
    expect(routeOf(path)).toEqual({ name: 'inbox' });
  });
});

describe('ticks', () => {
  const receipt = (
    readSeq: number,
    deliveredSeq: number,
  ): { conversationId: string; userId: string; readSeq: number; deliveredSeq: number } => ({
    conversationId: 'c',
    userId: String(readSeq),
    readSeq,
    deliveredSeq,
  });

  it('are of the last who got and read it', () => {
    const reach = receiptReach([receipt(3, 5), receipt(2, 4)]);
    const tick = (seq: number): string => messageTick({ seq, status: 'sent' }, reach);
    expect([2, 3, 4, 5].map(tick)).toEqual(['read', 'delivered', 'delivered', 'sent']);
  });

  it('wait for the server first, and say when it refused', () => {
    const reach = receiptReach([]);
    expect(messageTick({ seq: null, status: 'pending' }, reach)).toBe('pending');
    expect(messageTick({ seq: null, status: 'failed' }, reach)).toBe('failed');
    expect(messageTick({ seq: 1, status: 'sent' }, reach)).toBe('sent');
  });
});

describe('drafts', () => {
  const storage = (): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> & { held: Map<string, string> } => {
    const held = new Map<string, string>();
    return {
      held,
      getItem: (key) => held.get(key) ?? null,
      setItem: (key, value) => void held.set(key, value),
      removeItem: (key) => void held.delete(key),
    };
  };

  it('last over a restart, each for its conversation', () => {
    const place = storage();
    new DraftStore(place, 'drafts').set('c1', 'half a thou');
    const again = new DraftStore(place, 'drafts');
    expect(again.get('c1')).toBe('half a thou');
    expect(again.get('c2')).toBe('');
  });

  it('are gone once they are empty, and tell who listens', () => {
    const place = storage();
    const drafts = new DraftStore(place, 'drafts');
    let told = 0;
    drafts.subscribe(() => told++);
    drafts.set('c1', 'x');
    drafts.set('c1', '  ');
    drafts.set('c1', '');
    expect(told).toBe(2);
    expect(place.held.size).toBe(0);
  });

  it.each(['nonsense', 'null', '[1]', '{"c1": {"text": 1}}'])('are none where %p is kept', (kept) => {
    const place = storage();
    place.setItem('drafts', kept);
    expect(new DraftStore(place, 'drafts').get('c1')).toBe('');
  });

  it('last as long as the page where nothing can be kept', () => {
    const full = {
      ...storage(),
      setItem: () => {
        throw new Error('full');
      },
    };
    const drafts = new DraftStore(full, 'drafts');
    drafts.set('c1', 'x');
    expect(drafts.get('c1')).toBe('x');
  });

  it('are erased when somebody logs out', () => {
    const place = storage();
    const drafts = new DraftStore(place, 'drafts');
    drafts.set('c1', 'x');
    drafts.clear();
    expect(drafts.get('c1')).toBe('');
    expect(place.held.size).toBe(0);
  });
});
