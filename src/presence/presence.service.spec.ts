import { beforeEach, describe, expect, it } from '@jest/globals';

import { InMemoryApp } from '../../test/in-memory/in-memory-app.js';
import type { Actor } from '../common/actor.js';
import { newId } from '../common/ids.js';

const NOW = '2026-11-20T10:00:00.000Z';
const EARLIER = '2026-11-20T09:59:00.000Z';

describe('presence', () => {
  let chat: InMemoryApp;
  let [ann, ben, cleo] = [{}, {}, {}] as [Actor, Actor, Actor];
  let group: string;
  beforeEach(async () => {
    chat = new InMemoryApp();
    [ann, ben, cleo] = [await chat.person('ann'), await chat.person('ben'), await chat.person('cleo')];
    group = await chat.group(ann, ben);
  });

  const hidden = ({ userId }: Actor) => ({ userId, online: false, lastSeenAt: null });
  const here = ({ userId }: Actor) => ({ userId, online: true, lastSeenAt: NOW });
  const stateOf = async (who: Actor, viewer = ann) => (await chat.presence.states(viewer.userId, [who.userId]))[0];

  describe('of users for one viewer', () => {
    it('is the current time while online, and the last time afterwards', async () => {
      expect(await stateOf(ben)).toEqual(hidden(ben));
      chat.online.connected(ben.userId);
      expect(await stateOf(ben)).toEqual(here(ben));
      chat.online.disconnected(ben.userId);
      await chat.presence.recordLastSeen([ben.userId], new Date(EARLIER));
      expect(await stateOf(ben)).toEqual({ userId: ben.userId, online: false, lastSeenAt: EARLIER });
      chat.online.connected(ben.userId);
      expect(await stateOf(ben)).toEqual(here(ben));
    });

    it('is returned for each user asked for, in that order', async () => {
      const [nobody, both] = [newId(), [ben, cleo]];
      for (const { userId } of both) chat.online.connected(userId);
      const states = await chat.presence.states(ann.userId, [nobody, cleo.userId, ben.userId]);
      expect(states).toEqual([{ userId: nobody, online: false, lastSeenAt: null }, hidden(cleo), here(ben)]);
      expect(await chat.presence.states(ann.userId, [])).toEqual([]);
    });

    it.each<[string, () => Promise<unknown>]>([
      ['they have no conversation in common', () => chat.members.remove(ann, group, ben.userId)],
      ['the viewer has left it', () => chat.members.leave(ann, group)],
      ['the user has blocked the viewer', () => chat.blocks.block(ben, ann.userId)],
      ['the viewer has blocked the user', () => chat.blocks.block(ann, ben.userId)],
    ])('is nothing when %s', async (_case, part) => {
      chat.online.connected(ben.userId);
      await chat.presence.recordLastSeen([ben.userId], new Date(EARLIER));
      expect(await stateOf(ben)).toEqual(here(ben));
      await part();
      expect(await stateOf(ben)).toEqual(hidden(ben));
      chat.online.disconnected(ben.userId);
      expect(await stateOf(ben)).toEqual(hidden(ben));
    });
  });

  describe('of one user for several viewers', () => {
    it('is what each viewer may see', async () => {
      const dan = await chat.person('dan');
      await chat.members.add(ann, group, { userIds: [dan.userId] });
      await chat.blocks.block(dan, ben.userId);
      const viewers = [ann, cleo, dan].map(({ userId }) => userId);
      const stateForViewers = async () => [...(await chat.presence.stateForViewers(ben.userId, viewers)).entries()];

      chat.online.connected(ben.userId);
      expect(await stateForViewers()).toEqual([
        [ann.userId, here(ben)],
        [cleo.userId, hidden(ben)],
        [dan.userId, hidden(ben)],
      ]);
      chat.online.disconnected(ben.userId);
      await chat.presence.recordLastSeen([ben.userId], new Date(EARLIER));
      expect(await stateForViewers()).toEqual([
        [ann.userId, { userId: ben.userId, online: false, lastSeenAt: EARLIER }],
        [cleo.userId, hidden(ben)],
        [dan.userId, hidden(ben)],
      ]);
    });

    it('equals the state that each viewer would ask for', async () => {
      chat.online.connected(ben.userId);
      const states = await chat.presence.stateForViewers(ben.userId, [ann.userId, cleo.userId]);
      for (const viewer of [ann, cleo]) expect(states.get(viewer.userId)).toEqual(await stateOf(ben, viewer));
    });
  });

  describe('in a list of members', () => {
    it('shows the viewer the online members without a block', async () => {
      const dan = await chat.person('dan');
      for (const { userId } of [ben, cleo]) chat.online.connected(userId);
      const among = [ann, ben, cleo, dan].map(({ userId }) => userId);
      expect(await chat.presence.onlineFor(ann.userId, among)).toEqual(new Set([ben.userId, cleo.userId]));
      await chat.blocks.block(cleo, ann.userId);
      expect(await chat.presence.onlineFor(ann.userId, among)).toEqual(new Set([ben.userId]));
      expect(await chat.presence.onlineFor(dan.userId, among)).toEqual(new Set([ben.userId, cleo.userId]));
      await chat.blocks.block(ann, ben.userId);
      expect(await chat.presence.onlineFor(ann.userId, among)).toEqual(new Set());
    });
  });

  it('of all local users ends at the same time when the node shuts down', async () => {
    for (const { userId } of [ann, ben]) chat.online.connected(userId);
    await chat.presence.recordAllLastSeen();
    for (const { userId } of [ann, ben]) chat.online.disconnected(userId);
    expect(await stateOf(ann, ben)).toEqual({ userId: ann.userId, online: false, lastSeenAt: NOW });
    expect(await stateOf(ben, ann)).toEqual({ userId: ben.userId, online: false, lastSeenAt: NOW });
    expect(chat.tables.lastSeen.has(cleo.userId)).toBe(false);
  });
});
