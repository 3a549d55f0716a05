import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemoryApp } from '../../test/in-memory/in-memory-app.js';
import type { Actor } from '../common/actor.js';
import { newId } from '../common/ids.js';

describe('blocks', () => {
  let chat: InMemoryApp;
  let [ann, ben, cleo] = [{}, {}, {}] as [Actor, Actor, Actor];
  beforeEach(async () => {
    chat = new InMemoryApp();
    [ann, ben, cleo] = [await chat.person('ann'), await chat.person('ben'), await chat.person('cleo')];
  });

  const blockedBy = async (actor: Actor) => (await chat.blocks.list(actor, {})).items.map(({ username }) => username);
  const announced = () => chat.events.take().map(({ name, event }) => [name, event.userId, event.blockedId]);

  it('publish an event, and are listed to the blocking user only', async () => {
    await chat.blocks.block(ann, ben.userId);
    expect(announced()).toEqual([['block.changed', ann.userId, ben.userId]]);
    expect(await blockedBy(ann)).toEqual(['ben']);
    expect(await blockedBy(ben)).toEqual([]);
  });

  it('are stored once when repeated', async () => {
    for (let times = 0; times < 3; times++) await chat.blocks.block(ann, ben.userId);
    expect(await blockedBy(ann)).toEqual(['ben']);
    await chat.blocks.unblock(ann, ben.userId);
    expect(await blockedBy(ann)).toEqual([]);
  });

  it('publish an event when they are removed', async () => {
    await chat.blocks.block(ann, ben.userId);
    await chat.blocks.block(ann, cleo.userId);
    chat.events.take();
    await chat.blocks.unblock(ann, ben.userId);
    expect(announced()).toEqual([['block.changed', ann.userId, ben.userId]]);
    expect(await blockedBy(ann)).toEqual(['cleo']);
  });

  it('cannot be removed by the blocked user', async () => {
    await chat.blocks.block(ann, ben.userId);
    await chat.blocks.unblock(ben, ann.userId);
    expect(await blockedBy(ann)).toEqual(['ben']);
    const direct = chat.conversations.create(ben, { type: 'direct', memberIds: [ann.userId] });
    await expect(direct).rejects.toMatchObject({ code: 'blocked' });
  });

  it('are removed without an error when there are none', async () => {
    await chat.blocks.unblock(ann, ben.userId);
    await chat.blocks.unblock(ann, newId());
    expect(await blockedBy(ann)).toEqual([]);
  });

  it('are rejected for oneself', async () => {
    await expect(chat.blocks.block(ann, ann.userId)).rejects.toMatchObject({
      code: 'validation_failed',
      extra: { errors: [{ field: 'userId', code: 'self' }] },
    });
    expect(chat.events.names()).toEqual([]);
    expect(await blockedBy(ann)).toEqual([]);
  });

  it('are rejected for an unknown or deleted user', async () => {
    const gone = await chat.person('gone');
    chat.erase(gone);
    for (const userId of [newId(), gone.userId]) {
      await expect(chat.blocks.block(ann, userId)).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(chat.events.names()).toEqual([]);
    expect(await blockedBy(ann)).toEqual([]);
  });

  it('are listed page by page, with public profiles', async () => {
    const ids: string[] = [];
    for (const name of ['dan', 'eve', 'fay', 'gil', 'hal']) {
      const { userId } = await chat.person(name);
      ids.push(userId);
      await chat.blocks.block(ann, userId);
    }
    const listed: string[] = [];
    let cursor: string | undefined;
    for (let pages = 0; pages < 3; pages++) {
      const page = await chat.blocks.list(ann, { limit: 2, cursor });
      for (const user of page.items) expect(user).not.toHaveProperty('email');
      listed.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    }
    expect(listed).toEqual(ids.sort());
    expect(cursor).toBeUndefined();
    await expect(chat.blocks.list(ann, { cursor: 'foreign' })).rejects.toMatchObject({ code: 'validation_failed' });
  });
});
