import { aConversation, aMember, aMembership, aMessage, aUser } from '../../test/fakes/view-factories.js';
import type { CachedConversation } from '../src/model/cached-conversation.js';
import type { PendingSend } from '../src/model/pending-operation.js';
import { segmentToEnd } from '../src/model/timeline-segment.js';
import type { StoredConversation } from '../src/store/local-store.js';
import type { Conversation, Member, Message, User } from '../src/api-types.js';

const AT = '2026-01-01T00:00:00.000Z';

export const user = (id: string): User => aUser({ id, username: id, displayName: id });

export const message = (seq: number, more: Partial<Message> = {}): Message => ({
  ...aMessage({ id: `m${seq}`, seq, rev: seq + 1, sender: user('ann'), text: `text ${seq}` }),
  kind: 'text',
  ...more,
});

export const messages = (first: number, last: number): Message[] =>
  Array.from({ length: last - first + 1 }, (_, index) => message(first + index));

export const member = (id: string, more: Partial<Member> = {}): Member => ({
  ...aMember(id, { user: user(id) }),
  role: 'member',
  online: false,
  ...more,
});

export const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  ...aConversation(),
  type: 'group',
  lastMessage: null,
  me: { ...aMembership(), role: 'member' },
  ...more,
});

export function stored(id: string, known: number): StoredConversation {
  const { lastMessage: _, peer, me: __, ...shared } = conversation({ id, rev: known });
  const { unreadCount: _unread, archived: _archived, ...own } = aMembership();
  const me: CachedConversation['me'] = { ...own, role: 'member', archivedSeq: null };
  return { id, known, shared, peer, me, tail: segmentToEnd(messages(1, 3)), members: [member('ann')] };
}

export const pendingSend = (id: string, order: number, more: Partial<PendingSend> = {}): PendingSend => ({
  id,
  order,
  conversationId: 'c',
  attempts: 0,
  acknowledged: null,
  error: null,
  kind: 'send',
  draft: { text: id },
  replyTo: null,
  createdAt: AT,
  stored: null,
  ...more,
});
