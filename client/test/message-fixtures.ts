import type { CachedConversation } from '../src/model/cached-conversation.js';
import type { PendingSend } from '../src/model/pending-operation.js';
import { segmentToEnd } from '../src/model/timeline-segment.js';
import type { StoredConversation } from '../src/store/local-store.js';
import type { Conversation, Member, Message, User } from '../src/api-types.js';

const AT = '2026-01-01T00:00:00.000Z';

export const user = (id: string): User => ({
  id,
  username: id,
  displayName: id,
  avatarUrl: null,
  about: null,
  createdAt: AT,
  deleted: false,
});

export const message = (seq: number, more: Partial<Message> = {}): Message => ({
  id: `m${seq}`,
  conversationId: 'c',
  seq,
  rev: seq + 1,
  kind: 'text',
  sender: user('ann'),
  text: `text ${seq}`,
  replyTo: null,
  mentions: [],
  reactions: [],
  metadata: null,
  createdAt: AT,
  editedAt: null,
  deletedAt: null,
  ...more,
});

export const messages = (first: number, last: number): Message[] =>
  Array.from({ length: last - first + 1 }, (_, index) => message(first + index));

export const member = (id: string, more: Partial<Member> = {}): Member => ({
  conversationId: 'c',
  user: user(id),
  role: 'member',
  joinedAt: AT,
  readSeq: 0,
  deliveredSeq: 0,
  online: false,
  rev: 1,
  ...more,
});

export const conversation = (more: Partial<Conversation> = {}): Conversation => ({
  id: 'c',
  type: 'group',
  title: 'Title',
  topic: null,
  createdBy: 'ann',
  createdAt: AT,
  updatedAt: AT,
  lastSeq: 0,
  rev: 1,
  memberCount: 2,
  lastMessage: null,
  peer: null,
  me: {
    role: 'member',
    joinedAt: AT,
    readSeq: 0,
    deliveredSeq: 0,
    unreadCount: 0,
    mutedUntil: null,
    pinned: false,
    archived: false,
  },
  ...more,
});

export function stored(id: string, known: number): StoredConversation {
  const { lastMessage: _, peer, me: __, ...shared } = conversation({ id, rev: known });
  const me: CachedConversation['me'] = {
    role: 'member',
    joinedAt: AT,
    readSeq: 0,
    deliveredSeq: 0,
    mutedUntil: null,
    pinned: false,
    archivedSeq: null,
  };
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
