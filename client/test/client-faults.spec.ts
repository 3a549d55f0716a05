import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { TestServer } from '../../test/harness/server.js';
import { waitFor } from '../../test/support/wait-for.js';
import { TestClient, QUICK_HEARTBEAT } from './test-clients.js';
import { pick, seeded } from './seeded-random.js';
import { expectServerState } from './server-state.js';
import type { ByteFate } from '../../test/harness/tcp-proxy.js';

let server: TestServer;
let ann: TestClient;
let bob: TestClient;
let group: string;

beforeAll(async () => {
  server = await TestServer.start(QUICK_HEARTBEAT);
});
afterEach(() => Promise.all([ann.stop(), bob.stop()]));
afterAll(() => server.stop());

async function enter(): Promise<void> {
  ann = await TestClient.register(server, 'ann');
  bob = await TestClient.register(server, 'bob');
  group = (await ann.client.conversations.createGroup({ title: 'Two', memberIds: [bob.id] })).id;
  await waitFor('bob is in it', () => bob.client.conversation(group).getSnapshot() !== null);
}

const texts = (testClient: TestClient): string[] =>
  testClient.client
    .messages(group)
    .getSnapshot()
    .items.map(({ text }) => text);

/** Sends each text, without waiting for the previous one. */
function say(by: TestClient, ...words: string[]): void {
  for (const text of words) by.client.send(group, { text });
}

describe('a client on an unreliable connection', () => {
  it('loses and duplicates no message when the connection breaks during sends', async () => {
    await enter();
    const words = Array.from({ length: 30 }, (_, index) => `word ${index}`);
    const random = seeded(1);
    // Acknowledgements are lost as often as messages.
    ann.proxy.fate = () => (random() < 0.1 ? 'cut' : 'pass');
    say(ann, ...words);
    await waitFor('all are stored', () => ann.client.outbox.getSnapshot().length === 0);
    ann.proxy.heal();
    await expectServerState(ann, bob);
    expect(texts(bob)).toEqual(words);
  });

  it('reconnects when outgoing data is lost without an error', async () => {
    await enter();
    ann.proxy.fate = () => 'swallow';
    say(ann, 'into the void', 'and after it');
    await waitFor('the loss is noticed', () => ann.client.connection.getSnapshot().status !== 'online');
    ann.proxy.heal();
    await expectServerState(ann, bob);
    expect(texts(bob)).toEqual(['into the void', 'and after it']);
  });

  it('catches up after incoming data was lost', async () => {
    await enter();
    bob.proxy.fate = () => 'swallow';
    say(ann, 'one', 'two', 'three');
    await ann.settle();
    await waitFor('the loss is noticed', () => bob.client.connection.getSnapshot().status !== 'online');
    bob.proxy.heal();
    await expectServerState(ann, bob);
    expect(texts(bob)).toEqual(['one', 'two', 'three']);
  });

  it('keeps the order of messages when data is delayed', async () => {
    await enter();
    const random = seeded(2);
    for (const { proxy } of [ann, bob]) proxy.fate = () => (random() < 0.5 ? 'delay' : 'pass');
    const words = Array.from({ length: 20 }, (_, index) => `word ${index}`);
    say(ann, ...words);
    await expectServerState(ann, bob);
    expect(texts(bob)).toEqual(words);
  });

  it('shows each message once when data is duplicated', async () => {
    await enter();
    for (const { proxy } of [ann, bob]) proxy.fate = () => 'double';
    say(ann, 'one', 'two', 'three');
    await ann.settle();
    for (const { proxy } of [ann, bob]) proxy.heal();
    await expectServerState(ann, bob);
    expect(texts(bob)).toEqual(['one', 'two', 'three']);
  });

  it('keeps and shows offline operations, and sends them in order', async () => {
    await enter();
    say(ann, 'first', 'second');
    await expectServerState(ann, bob);
    const [first, second] = ann.client.messages(group).getSnapshot().items;
    if (!first || !second) throw new Error('both are there');
    ann.proxy.down();
    await waitFor('ann is offline', () => ann.client.connection.getSnapshot().status !== 'online');
    ann.client.edit(first, 'first, edited');
    ann.client.react(second, '👍');
    const third = ann.client.send(group, { text: 'third', replyToId: first.id });
    ann.client.edit({ id: third, conversationId: group }, 'third, edited');
    ann.client.delete(second);
    expect(ann.client.messages(group).getSnapshot().items).toMatchObject([
      { text: 'first, edited', hasPendingChange: true, status: 'sent' },
      { text: '', status: 'sent', reactions: [] },
      { id: third, text: 'third, edited', status: 'pending', replyTo: { id: first.id, preview: 'first, edited' } },
    ]);
    say(bob, 'meanwhile');
    await bob.settle();
    bob.client.markRead(group);
    ann.proxy.heal();
    await expectServerState(ann, bob);
    expect(texts(bob)).toEqual(['first, edited', '', 'meanwhile', 'third, edited']);
    await waitFor('all markers have arrived', () => bob.client.conversation(group).getSnapshot()?.me.unreadCount === 1);
  });
});

describe('a server restart', () => {
  it('delivers messages that were sent during the restart', async () => {
    const first = await TestServer.start(QUICK_HEARTBEAT);
    ann = await TestClient.register(first, 'ann');
    bob = await TestClient.register(first, 'bob');
    group = (await ann.client.conversations.createGroup({ title: 'Two', memberIds: [bob.id] })).id;
    say(ann, 'before');
    await ann.settle();
    await first.running.stop();
    say(ann, 'while it is away');
    say(bob, 'from the other side');
    const second = await first.beside(QUICK_HEARTBEAT);
    for (const testClient of [ann, bob]) {
      testClient.proxy.target = second.running.port;
      testClient.client.foreground();
    }
    await expectServerState(ann, bob);
    expect(new Set(texts(bob))).toEqual(new Set(['before', 'while it is away', 'from the other side']));
    await Promise.all([ann.stop(), bob.stop()]);
    await second.stop();
    await first.database.remove();
  });
});

describe('random operations and faults', () => {
  const FATES: readonly ByteFate[] = ['pass', 'delay', 'double', 'cut', 'swallow'];
  /** Percentage of data that meets each of the last four fates. */
  const RATES = [10, 5, 3, 1];

  function fate(random: () => number): ByteFate {
    let left = random() * 100;
    for (const [index, rate] of RATES.entries()) {
      left -= rate;
      if (left < 0) return FATES[index + 1] ?? 'pass';
    }
    return 'pass';
  }

  /** One random operation of a user. */
  function act({ client }: TestClient, random: () => number, word: string): void {
    const { items } = client.messages(group).getSnapshot();
    const some = items.length > 0 ? pick(random, items) : undefined;
    const own = items.filter(({ sender }) => sender.id === client.session.getSnapshot().user?.id);
    const mine = own.length > 0 ? pick(random, own) : undefined;
    const roll = random();
    if (roll < 0.5 || !some || !mine)
      client.send(group, { text: word, ...(some && random() < 0.3 && { replyToId: some.id }) });
    else if (roll < 0.62) client.edit(mine, `${word}, edited`);
    else if (roll < 0.7) client.delete(mine);
    else if (roll < 0.82) client.react(some, pick(random, ['👍', '❤️', '😂']));
    else if (roll < 0.88) client.unreact(some, pick(random, ['👍', '❤️', '😂']));
    else client.markRead(group);
  }

  it.each([11, 12, 13, 14])('leave every client with the state of the server (seed %i)', async (seed) => {
    await enter();
    const random = seeded(seed);
    const clients = [ann, bob];
    for (const { proxy } of clients) proxy.fate = () => fate(random);
    const sent: string[] = [];
    for (let round = 0; round < 12; round++) {
      for (let step = 0; step < 6; step++) {
        const word = `${round}.${step}`;
        sent.push(word);
        act(pick(random, clients), random, word);
      }
      // The next round begins while operations are in flight or wait for a connection.
      const waiting = pick(random, clients);
      await waitFor('the outbox has shrunk', () => waiting.client.outbox.getSnapshot().length < 4);
      if (random() < 0.2) pick(random, clients).proxy.cut();
    }
    for (const { proxy } of clients) proxy.heal();
    await expectServerState(ann, bob);
    const refused = clients.flatMap(({ client }) => client.outbox.getSnapshot()).filter(({ error }) => error !== null);
    expect(refused).toEqual([]);
    expect(sent.length).toBe(72);
  });
});
