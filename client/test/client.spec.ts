import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { type ConversationState, GoChatClient, MemoryStore, MemoryTokenStore } from '../src/index.js';
import { TestClient, QUICK } from './test-clients.js';
import { expectServerState } from './server-state.js';

let server: TestServer;
let clients: TestClient[] = [];

beforeAll(async () => {
  server = await TestServer.start();
});
afterEach(async () => {
  await Promise.all(clients.map((person) => person.stop()));
  clients = [];
});
afterAll(() => server.stop());

async function enter(name: string, options: Parameters<typeof TestClient.register>[2] = {}): Promise<TestClient> {
  const person = await TestClient.register(server, name, options);
  clients.push(person);
  return person;
}

/** Two users in a group that both have loaded. */
async function pair(): Promise<{ ann: TestClient; bob: TestClient; id: string }> {
  const [ann, bob] = await Promise.all([enter('ann'), enter('bob')]);
  const { id } = await ann.client.conversations.createGroup({ title: 'Two', memberIds: [bob.id] });
  await waitFor('bob is in it', () => bob.client.conversation(id).getSnapshot() !== null);
  return { ann, bob, id };
}

const see = ({ client }: TestClient, id: string): ConversationState | null => client.conversation(id).getSnapshot();

const texts = ({ client }: TestClient, id: string): string[] =>
  client
    .messages(id)
    .getSnapshot()
    .items.map(({ text }) => text);

describe('messages', () => {
  it('shows a sent message immediately, and keeps its id when it is stored', async () => {
    const { ann, bob, id } = await pair();
    const list = ann.client.messages(id);
    const seen: string[] = [];
    list.subscribe(() =>
      seen.push(
        list
          .getSnapshot()
          .items.map((item) => `${item.id} ${item.status}`)
          .join(),
      ),
    );
    const message = ann.client.send(id, { text: 'Hello' });
    expect(list.getSnapshot().items).toMatchObject([{ id: message, seq: null, status: 'pending', text: 'Hello' }]);
    await ann.settle();
    expect(list.getSnapshot().items).toMatchObject([{ id: message, seq: 1, status: 'sent', text: 'Hello' }]);
    // The message is never missing and never shown twice.
    expect(new Set(seen)).toEqual(new Set([`${message} pending`, `${message} sent`]));
    await waitFor('bob has it', () => bob.client.messages(id).getSnapshot().items[0]?.id === message);
    expect(see(bob, id)).toMatchObject({ name: 'Two', me: { unreadCount: 1 }, lastMessage: { text: 'Hello' } });
  });

  it('replies, edits, reactions and deletions reach all members', async () => {
    const { ann, bob, id } = await pair();
    ann.client.send(id, { text: 'Hello', mentions: [bob.id], metadata: { colour: 'red' } });
    await waitFor('bob has it', () => texts(bob, id).length === 1);
    const [hello] = bob.client.messages(id).getSnapshot().items;
    expect(hello).toMatchObject({ mentions: [bob.id], metadata: { colour: 'red' } });
    bob.client.send(id, { text: 'Hi', replyToId: hello!.id });
    bob.client.react(hello!, '👍');
    ann.client.edit(hello!, 'Hello, Bob');
    await expectServerState(ann, bob);
    expect(ann.client.messages(id).getSnapshot().items).toMatchObject([
      { text: 'Hello, Bob', reactions: [{ emoji: '👍', userIds: [bob.id] }] },
      { text: 'Hi', replyTo: { id: hello!.id, preview: expect.stringContaining('Hello') } },
    ]);
    bob.client.unreact(hello!, '👍');
    ann.client.delete(hello!);
    await expectServerState(ann, bob);
    expect(texts(bob, id)).toEqual(['', 'Hi']);
  });

  it('keeps a rejected message as failed, emits `refused`, and sends it on retry', async () => {
    const { ann, bob, id: group } = await pair();
    const { id } = await ann.client.conversations.createDirect(bob.id);
    await bob.client.users.block(ann.id);
    const refused = new Promise<string>((resolve) => ann.client.on('refused', ({ problem }) => resolve(problem.code)));
    const message = ann.client.send(id, { text: 'Hello?' });
    expect(await refused).toBe('blocked');
    expect(ann.client.messages(id).getSnapshot().items).toMatchObject([{ id: message, status: 'failed' }]);
    await bob.client.users.unblock(ann.id);
    ann.client.retry(message);
    await expectServerState(ann, bob);
    expect(texts(bob, id)).toEqual(['Hello?']);
    expect(texts(bob, group)).toEqual([]);
  });

  it('finds a message by its text and jumps to its position', async () => {
    const { ann, bob, id } = await pair();
    for (let count = 1; count <= 120; count++) ann.client.send(id, { text: count === 3 ? 'a needle' : `hay ${count}` });
    await expectServerState(ann, bob);
    const { items } = await bob.client.searchMessages('needle', { conversationId: id });
    expect(items).toMatchObject([{ text: 'a needle', seq: 3 }]);
    const list = bob.client.messages(id);
    await list.jumpToLatest();
    await list.jumpTo(3);
    expect(texts(bob, id)).toContain('a needle');
    expect(list.getSnapshot()).toMatchObject({ hasBefore: false, hasAfter: true });
    while (list.getSnapshot().hasAfter) await list.loadNewer();
    expect(texts(bob, id).at(-1)).toBe('hay 120');
  });
});

describe('conversations', () => {
  it('shows the read and delivery markers of the other members', async () => {
    const { ann, bob, id } = await pair();
    const receipts = ann.client.receipts(id);
    receipts.subscribe(() => undefined);
    ann.client.send(id, { text: 'Hello' });
    await waitFor('the message is delivered', () =>
      receipts.getSnapshot().some(({ deliveredSeq }) => deliveredSeq === 1),
    );
    expect(receipts.getSnapshot()).toMatchObject([{ userId: bob.id, readSeq: 0 }]);
    bob.client.markRead(id);
    expect(see(bob, id)?.me.unreadCount).toBe(0);
    await waitFor('the message is read', () => receipts.getSnapshot()[0]?.readSeq === 1);
    await expectServerState(ann, bob);
  });

  it('pins, mutes and archives a conversation, and restores it with its next message', async () => {
    const { ann, bob, id } = await pair();
    await bob.client.conversations.setOwn(id, { pinned: true, mutedUntil: '2099-01-01T00:00:00.000Z', archived: true });
    expect(see(bob, id)?.me).toMatchObject({ pinned: true, archived: true, mutedUntil: '2099-01-01T00:00:00.000Z' });
    ann.client.send(id, { text: 'Hello' });
    await waitFor('the conversation is restored', () => see(bob, id)?.me.archived === false);
    expect(see(bob, id)?.me.pinned).toBe(true);
    await expectServerState(ann, bob);
  });

  it('discovers, joins, renames, leaves and deletes a room', async () => {
    const { ann, bob } = await pair();
    const room = await ann.client.conversations.createRoom({ title: `Room ${ann.id}`, topic: 'Rooms' });
    const { items } = await bob.client.conversations.discover({ q: `Room ${ann.id}` });
    expect(items).toMatchObject([{ id: room.id, me: null }]);
    await bob.client.conversations.join(room.id);
    expect(see(bob, room.id)).toMatchObject({ memberCount: 2 });
    await waitFor('ann has the change', () => see(ann, room.id)?.memberCount === 2);
    expect(ann.client.messages(room.id).getSnapshot().notices).toMatchObject([{ kind: 'joined', userId: bob.id }]);
    await ann.client.conversations.update(room.id, { title: 'Renamed' });
    await waitFor('bob has the change', () => see(bob, room.id)?.name === 'Renamed');
    await bob.client.conversations.leave(room.id);
    expect(see(bob, room.id)).toBeNull();
    await waitFor('ann has the change', () => see(ann, room.id)?.memberCount === 1);
    await ann.client.conversations.delete(room.id);
    expect(see(ann, room.id)).toBeNull();
    await expectServerState(ann, bob);
  });

  it('adds members, changes their roles and removes them', async () => {
    const { ann, bob, id } = await pair();
    const eve = await enter('eve');
    const added = new Promise<string>((resolve) =>
      eve.client.on('conversationAdded', ({ conversationId }) => resolve(conversationId)),
    );
    await ann.client.conversations.addMembers(id, [eve.id]);
    expect(await added).toBe(id);
    await ann.client.conversations.setRole(id, eve.id, 'admin');
    await waitFor('bob has the change', () =>
      bob.client
        .members(id)
        .getSnapshot()
        .items.some(({ user, role }) => user.id === eve.id && role === 'admin'),
    );
    await ann.client.conversations.removeMember(id, bob.id);
    await waitFor('bob is removed', () => see(bob, id) === null);
    await waitFor('eve has the change', () => see(eve, id)?.memberCount === 2);
    await expectServerState(ann, bob, eve);
  });

  it('loads the members of a large conversation page by page', async () => {
    const { ann, id } = await pair();
    const ids = await Promise.all(Array.from({ length: 104 }, async () => (await server.account('many')).id));
    await ann.client.conversations.addMembers(id, ids.slice(0, 100));
    await ann.client.conversations.addMembers(id, ids.slice(100));
    const late = await enter('late');
    await ann.client.conversations.addMembers(id, [late.id]);
    await waitFor('the conversation is loaded', () => see(late, id) !== null);
    const list = late.client.members(id);
    expect(list.getSnapshot()).toMatchObject({ total: 107, isComplete: false });
    await list.load();
    await list.load();
    expect(list.getSnapshot()).toMatchObject({ isComplete: true });
    expect(new Set(list.getSnapshot().items.map(({ user }) => user.id)).size).toBe(107);
  });
});

describe('other users', () => {
  it('shows a user as typing until their message arrives', async () => {
    const { ann, bob, id } = await pair();
    const typing = ann.client.typing(id);
    bob.client.startTyping(id);
    bob.client.startTyping(id);
    await waitFor('ann has the change', () => typing.getSnapshot().includes(bob.id));
    bob.client.send(id, { text: 'Hello' });
    await waitFor('ann sees nobody typing', () => typing.getSnapshot().length === 0);
  });

  it('shows a user as online, then as offline', async () => {
    const { ann, bob } = await pair();
    const presence = ann.client.presence(bob.id);
    const unsubscribe = presence.subscribe(() => undefined);
    await waitFor('bob is online', () => presence.getSnapshot()?.online === true);
    await bob.client.stop();
    await waitFor('bob is offline', () => presence.getSnapshot()?.online === false);
    unsubscribe();
  });

  it('finds users by name and loads the name of an unknown user', async () => {
    const { ann, bob } = await pair();
    await bob.client.users.update({ displayName: 'Bob the Builder' });
    expect(bob.client.session.getSnapshot().user?.displayName).toBe('Bob the Builder');
    expect((await ann.client.users.search('Bob the B')).items.map(({ id }) => id)).toContain(bob.id);
    const stranger = await server.account('stranger');
    const person = ann.client.person(stranger.id);
    person.subscribe(() => undefined);
    await waitFor('the name is loaded', () => person.getSnapshot()?.username === stranger.username);
  });
});

describe('a client that starts offline', () => {
  it('shows local data, keeps pending messages, and sends them once it is online', async () => {
    const [tokens, store] = [new MemoryTokenStore(), new MemoryStore()];
    const ann = await enter('ann', { tokens, store });
    const bob = await enter('bob');
    const { id } = await ann.client.conversations.createDirect(bob.id);
    ann.client.send(id, { text: 'Hello' });
    await ann.settle();
    ann.proxy.down();
    ann.client.send(id, { text: 'written offline' });
    await ann.client.stop();

    const client = new GoChatClient({ url: ann.proxy.origin, timing: QUICK, tokens, store });
    await client.start();
    expect(client.session.getSnapshot().user?.id).toBe(ann.id);
    expect(client.messages(id).getSnapshot().items).toMatchObject([
      { text: 'Hello', status: 'sent' },
      { text: 'written offline', status: 'pending' },
    ]);
    expect(client.conversation(id).getSnapshot()).toMatchObject({ lastMessage: { text: 'written offline' } });
    await expect(client.messages(id).loadOlder()).resolves.toBeUndefined();
    ann.proxy.heal();
    client.foreground();
    await waitFor('bob has both', () => texts(bob, id).join() === 'Hello,written offline');
    await client.stop();
  });
});
