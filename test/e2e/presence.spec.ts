import { randomUUID } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { OnlineUsers } from '../../src/presence/online-users.js';
import type { Account } from '../clients/account.js';
import type { TestSocket } from '../clients/test-socket.js';
import { TestServer } from '../harness/server.js';
import { waitFor } from '../support/wait-for.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const hidden = (userId: string): object => ({ userId, online: false, lastSeenAt: null });
const online = (userId: string): object => ({ userId, online: true, lastSeenAt: expect.stringMatching(TIME) });
const away = (userId: string): object => ({ userId, online: false, lastSeenAt: expect.stringMatching(TIME) });

describe('presence', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start();
  });
  afterAll(() => server.stop());

  const opened: TestSocket[] = [];
  const device = async (account: Account): Promise<TestSocket> => {
    const opening = await account.connect();
    opened.push(opening);
    await waitFor('all nodes know of the user', () =>
      server.nodes.every(({ app }) => app.get(OnlineUsers).has(account.id)),
    );
    return opening;
  };
  afterEach(() => {
    for (const each of opened.splice(0)) each.close();
  });

  /** Creates that many users in one group. @returns the users, and the id of the group */
  async function friends(count: number): Promise<{ people: Account[]; group: string }> {
    const people: Account[] = [];
    for (let n = 0; n < count; n++) people.push(await server.account());
    const [owner, ...others] = people;
    const memberIds = others.map(({ id }) => id);
    const { body } = await owner!.rest.post('/conversations', { type: 'group', memberIds });
    return { people, group: body.id };
  }

  const watch = async (watching: TestSocket, ...accounts: { id: string }[]): Promise<unknown> => {
    const { ok, data } = await watching.emit('presence:watch', { userIds: accounts.map(({ id }) => id) });
    expect(ok).toBe(true);
    return data;
  };
  const changed = (watching: TestSocket, { id }: { id: string }, isOnline: boolean): Promise<any> =>
    watching.next('presence:changed', (event) => event.userId === id && event.online === isOnline);

  it('answers a watch at once and publishes later changes, with the time last seen', async () => {
    const { people } = await friends(3);
    const [ann, ben, cat] = people as [Account, Account, Account];
    const anns = await device(ann);
    await device(cat);
    expect(await watch(anns, ben, cat)).toEqual([hidden(ben.id), online(cat.id)]);
    const before = Date.now();
    const bens = await device(ben);
    expect(await changed(anns, ben, true)).toEqual(online(ben.id));
    bens.close();
    const gone = await changed(anns, ben, false);
    expect(gone).toEqual(away(ben.id));
    expect(Date.parse(gone.lastSeenAt)).toBeGreaterThanOrEqual(before);
    expect(await watch(anns, ben)).toEqual([{ ...away(ben.id), lastSeenAt: gone.lastSeenAt }]);
    expect(anns.all('presence:changed')).toHaveLength(2);
  });

  it('is online while any device is connected', async () => {
    const { people } = await friends(2);
    const [ann, ben] = people as [Account, Account];
    const anns = await device(ann);
    const [phone, laptop] = [await device(ben), await device(ben)];
    expect(await watch(anns, ben)).toEqual([online(ben.id)]);
    phone.close();
    await phone.next('disconnect');
    expect(await watch(anns, ben)).toEqual([online(ben.id)]);
    laptop.close();
    await changed(anns, ben, false);
    expect(anns.all('presence:changed')).toEqual([away(ben.id)]);
  });

  it('watches the users of the last command only', async () => {
    const { people } = await friends(3);
    const [ann, ben, cat] = people as [Account, Account, Account];
    const anns = await device(ann);
    await watch(anns, ben);
    await watch(anns, cat);
    const bens = await device(ben);
    await device(cat);
    await changed(anns, cat, true);
    expect(anns.all('presence:changed')).toEqual([online(cat.id)]);
    expect(await watch(anns)).toEqual([]);
    bens.close();
  });

  it('hides strangers and unknown users', async () => {
    const { people } = await friends(1);
    const [ann] = people as [Account];
    const stranger = await server.account();
    const [anns, theirs] = [await device(ann), await device(stranger)];
    const nobody = { id: randomUUID() };
    expect(await watch(anns, stranger, nobody)).toEqual([hidden(stranger.id), hidden(nobody.id)]);
    expect(await watch(theirs, ann)).toEqual([hidden(ann.id)]);
    // After they share a conversation, both see each other.
    const { body } = await ann.rest.post('/conversations', { type: 'direct', memberIds: [stranger.id] });
    expect(body.type).toBe('direct');
    expect(await changed(anns, stranger, true)).toEqual(online(stranger.id));
    expect(await changed(theirs, ann, true)).toEqual(online(ann.id));
  });

  it('hides two users from each other while one blocks the other, in member lists too', async () => {
    const { people, group } = await friends(3);
    const [ann, ben, cat] = people as [Account, Account, Account];
    const [anns, bens] = [await device(ann), await device(ben)];
    expect(await watch(anns, ben)).toEqual([online(ben.id)]);
    expect(await watch(bens, ann)).toEqual([online(ann.id)]);
    const onlineTo = async (viewer: Account, { id }: Account): Promise<boolean> => {
      const { body } = await viewer.rest.get(`/conversations/${group}/members`);
      return body.items.find(({ user }: { user: { id: string } }) => user.id === id).online;
    };
    const syncedTo = async (viewer: Account, { id }: Account): Promise<boolean> => {
      const { body } = await viewer.rest.post('/sync', { conversations: {} });
      const entry = body.conversations.find(({ conversation }: { conversation: { id: string } }) => {
        return conversation.id === group;
      });
      return entry.members.find(({ user }: { user: { id: string } }) => user.id === id).online;
    };
    expect([await onlineTo(ann, ben), await syncedTo(ben, ann)]).toEqual([true, true]);
    await ben.rest.put(`/users/me/blocks/${ann.id}`);
    expect(await changed(anns, ben, false)).toEqual(hidden(ben.id));
    expect(await changed(bens, ann, false)).toEqual(hidden(ann.id));
    expect([await onlineTo(ann, ben), await onlineTo(ben, ann), await syncedTo(ben, ann)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([await onlineTo(cat, ann), await onlineTo(cat, ben)]).toEqual([true, true]);
    await ben.rest.delete(`/users/me/blocks/${ann.id}`);
    expect(await changed(anns, ben, true)).toEqual(online(ben.id));
    expect(await changed(bens, ann, true)).toEqual(online(ann.id));
  });

  it('ends when two users share no conversation any more', async () => {
    const { people, group } = await friends(3);
    const [ann, ben, cat] = people as [Account, Account, Account];
    const { body: room } = await ann.rest.post('/conversations', { type: 'room', title: 'Place', memberIds: [cat.id] });
    const [anns, bens, cats] = [await device(ann), await device(ben), await device(cat)];
    for (const each of [anns, bens, cats]) await watch(each, ann, ben, cat);
    await ann.rest.delete(`/conversations/${group}/members/${ben.id}`);
    expect(await changed(anns, ben, false)).toEqual(hidden(ben.id));
    expect(await changed(bens, ann, false)).toEqual(hidden(ann.id));
    expect(await changed(cats, ben, false)).toEqual(hidden(ben.id));
    // Ann and Cat see each other until the room is deleted. Ben gets no event about it.
    await ann.rest.delete(`/conversations/${group}`);
    await ann.rest.delete(`/conversations/${room.id}`);
    expect(await changed(anns, cat, false)).toEqual(hidden(cat.id));
    expect(await changed(cats, ann, false)).toEqual(hidden(ann.id));
    expect(
      bens
        .all('presence:changed')
        .filter(({ online }) => !online)
        .map(({ userId }) => userId)
        .sort(),
    ).toEqual([ann.id, cat.id].sort());
  });

  it('publishes nothing when a client reconnects within the grace period', async () => {
    const patient = await server.beside({ PRESENCE_GRACE_MS: '400' });
    const { people } = await friends(2);
    const [ann, ben] = people as [Account, Account];
    const at = (account: Account): Promise<TestSocket> => account.connect({ origin: patient.origin });
    const anns = await at(ann);
    const first = await at(ben);
    expect(await watch(anns, ben)).toEqual([online(ben.id)]);
    for (let n = 0; n < 3; n++) {
      first.close();
      const again = await at(ben);
      again.close();
    }
    const gone = await changed(anns, ben, false);
    expect(gone).toEqual(away(ben.id));
    expect(anns.all('presence:changed')).toEqual([gone]);
    anns.close();
    await patient.stop();
  });

  it('stores the time last seen at shutdown', async () => {
    const other = await server.beside({ PRESENCE_GRACE_MS: '60000' });
    const { people } = await friends(2);
    const [ann, ben] = people as [Account, Account];
    await ben.connect({ origin: other.origin });
    await other.stop();
    await waitFor(
      'all nodes know of the disconnect',
      () => !server.nodes.some(({ app }) => app.get(OnlineUsers).has(ben.id)),
    );
    expect(await watch(await device(ann), ben)).toEqual([away(ben.id)]);
  });

  it('is not changed by REST requests', async () => {
    const { people } = await friends(2);
    const [ann, ben] = people as [Account, Account];
    const anns = await device(ann);
    await ben.rest.get('/sync/peek');
    await ben.rest.get('/conversations');
    expect(await watch(anns, ben)).toEqual([hidden(ben.id)]);
  });
});
