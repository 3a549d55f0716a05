import { expect } from '@jest/globals';

import { waitFor } from '../../test/support/wait-for.js';
import type { GoChatClient, Message } from '../src/index.js';
import type { TestClient } from './test-clients.js';

/** The fields on which all devices must agree. The others are a snapshot taken with each answer. */
const messageFacts = ({ sender, replyTo, ...message }: Message): object => {
  const { id, seq, rev, text, reactions, mentions, metadata, editedAt, deletedAt, createdAt } = message;
  const facts = { id, seq, rev, text, reactions, mentions, metadata, editedAt, deletedAt, createdAt };
  return { ...facts, senderId: sender.id, replyTo: replyTo && replyTo.id };
};

const conversationFacts = ({ id, type, title, topic, lastSeq, memberCount, me, lastMessage }: any): object => {
  const { role, joinedAt, readSeq, deliveredSeq, unreadCount, mutedUntil, pinned, archived } = me;
  return {
    ...{ id, type, title, topic, lastSeq, memberCount, lastMessage: lastMessage?.id ?? null },
    me: { role, joinedAt, readSeq, deliveredSeq, unreadCount, mutedUntil, pinned, archived },
  };
};

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);

/** The conversations of a user as REST returns them. */
async function serverState({ rest }: TestClient): Promise<object[]> {
  const get = async (path: string): Promise<any> => (await rest.get(path)).body;
  const [inbox, archive] = [await get('/conversations?limit=100'), await get('/conversations?limit=100&archived=true')];
  const conversations = [...inbox.items, ...archive.items].sort(byId);
  return Promise.all(
    conversations.map(async (conversation) => {
      const messages: Message[] = [];
      for (let after = 0, more = true; more; after += 100) {
        const page = await get(`/messages?conversationId=${conversation.id}&after=${after}&limit=100`);
        messages.push(...page.items);
        more = page.hasAfter;
      }
      const { items } = await get(`/conversations/${conversation.id}/members?limit=100`);
      return {
        ...conversationFacts(conversation),
        messages: messages.map(messageFacts),
        members: items.map(({ user, role }: any) => `${user.id} ${role}`).sort(),
      };
    }),
  );
}

/** The conversations of a user as the client shows them. Loads the history before its windows. */
async function clientState(client: GoChatClient): Promise<object[]> {
  const conversations = [...client.inbox.getSnapshot()].sort(byId);
  return Promise.all(
    conversations.map(async (conversation) => {
      const list = client.messages(conversation.id);
      await list.jumpToLatest();
      while (list.getSnapshot().hasBefore) await list.loadOlder();
      const { items, hasAfter } = list.getSnapshot();
      expect({ hasAfter, left: items.filter(({ status }) => status !== 'sent') }).toEqual({
        hasAfter: false,
        left: [],
      });
      return {
        ...conversationFacts(conversation),
        messages: items.map((item) => messageFacts(item as unknown as Message)),
        members: client
          .members(conversation.id)
          .getSnapshot()
          .items.map(({ user, role }) => `${user.id} ${role}`)
          .sort(),
      };
    }),
  );
}

/** Waits until each client shows the state of the server: every message once and in order, and the markers. */
export async function expectServerState(...clients: TestClient[]): Promise<void> {
  const look = (): Promise<object[][][]> =>
    Promise.all(
      clients.map(async (testClient) => [await clientState(testClient.client), await serverState(testClient)]),
    );
  for (const testClient of clients) await testClient.settle();
  let seen: object[][][] = [];
  // The last changes may still be in flight to the other clients.
  await waitFor('the clients show the state of the server', async () => {
    seen = await look();
    return seen.every(([shown, said]) => JSON.stringify(shown) === JSON.stringify(said));
  }).catch(() => undefined);
  for (const [shown, said] of seen) {
    expect(shown).toEqual(said);
    for (const { lastSeq, messages } of said as { lastSeq: number; messages: { seq: number }[] }[]) {
      expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    }
  }
}
