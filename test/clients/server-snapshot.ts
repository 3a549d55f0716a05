import { expect } from '@jest/globals';

import { checkConversation, memberFacts, messageFacts, sharedFacts } from './conversation-copy.mjs';

/**
 * A user's conversations with their members and messages, read over REST: the state to which the user's clients must
 * converge.
 * @param rows answers by path, shared between users: members and messages are the same for all who may read them
 */
export async function serverSnapshot(
  rows: Map<string, Promise<any>>,
  get: (path: string) => Promise<any>,
): Promise<object[]> {
  const once = (path: string): Promise<any> => {
    const row = rows.get(path) ?? get(path);
    rows.set(path, row);
    return row;
  };
  const [inbox, archive] = await Promise.all([
    get('/conversations?limit=100'),
    get('/conversations?limit=100&archived=true'),
  ]);
  expect([inbox.nextCursor, archive.nextCursor]).toEqual([null, null]);
  expect(inbox.items.every(({ me }: any) => !me.archived)).toBe(true);
  expect(archive.items.every(({ me }: any) => me.archived)).toBe(true);
  const snapshots = await Promise.all(
    [...inbox.items, ...archive.items].map(async (conversation: any) => {
      const [members, messages] = await Promise.all([
        once(`/conversations/${conversation.id}/members?limit=100`),
        once(`/messages?conversationId=${conversation.id}&limit=100`),
      ]);
      checkConversation(conversation);
      expect([members.nextCursor, messages.hasBefore, messages.hasAfter]).toEqual([null, false, false]);
      return {
        ...sharedFacts(conversation),
        me: conversation.me,
        lastMessage: conversation.lastMessage && messageFacts(conversation.lastMessage),
        members: Object.fromEntries(members.items.map((member: any) => [member.user.id, memberFacts(member)])),
        messages: messages.items.map(messageFacts),
      };
    }),
  );
  return snapshots.sort((a, b) => (a.id < b.id ? -1 : 1));
}
