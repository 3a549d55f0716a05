import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemoryApp } from '../../test/in-memory/in-memory-app.js';
import type { Actor } from '../common/actor.js';
import { newId } from '../common/ids.js';

describe('profiles', () => {
  let chat: InMemoryApp;
  let ann: Actor;
  beforeEach(async () => {
    chat = new InMemoryApp();
    ann = await chat.person('ann');
  });

  it('show the e-mail address to their owner only', async () => {
    expect(await chat.users.me(ann)).toHaveProperty('email');
    expect(await chat.users.get(ann.userId)).not.toHaveProperty('email');
    await expect(chat.users.get(newId())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('trim changed fields and keep omitted ones', async () => {
    await chat.users.updateMe(ann, { displayName: ' Zoe\u0308 ', about: ' one\r\ntwo ' });
    const changed = await chat.users.updateMe(ann, { avatarUrl: 'https://example.org/a.png' });
    expect(changed).toMatchObject({ displayName: 'Zoë', about: 'one\ntwo', avatarUrl: 'https://example.org/a.png' });
    expect(await chat.users.updateMe(ann, { about: ' ', avatarUrl: null })).toMatchObject({
      about: null,
      avatarUrl: null,
    });
  });

  it.each([
    ['a blank name', { displayName: ' ' }],
    ['a name of two lines', { displayName: 'a\nb' }],
    ['a name of 65 characters', { displayName: '🦊'.repeat(65) }],
    ['an about of 501 characters', { about: '🦊'.repeat(501) }],
    ['a control character', { about: 'a\u0007b' }],
  ])('refuse %s', async (_case, change) => {
    await expect(chat.users.updateMe(ann, change)).rejects.toMatchObject({ code: 'validation_failed' });
    expect(await chat.users.me(ann)).toMatchObject({ displayName: 'ann', about: null });
  });

  it('are found by the start of a name, page by page, and not by an empty query', async () => {
    for (const name of ['anna', 'anne', 'ben']) await chat.person(name);
    const first = await chat.users.search({ q: ' AN ', limit: 2 });
    expect(first.items.map(({ username }) => username)).toEqual(['ann', 'anna']);
    const second = await chat.users.search({ q: 'an', limit: 2, cursor: first.nextCursor ?? '' });
    expect(second).toMatchObject({ items: [{ username: 'anne' }], nextCursor: null });
    for (const q of [undefined, '', '  '])
      expect(await chat.users.search({ q })).toEqual({ items: [], nextCursor: null });
    await expect(chat.users.search({ q: 'an', cursor: 'foreign' })).rejects.toMatchObject({
      code: 'validation_failed',
    });
  });
});
