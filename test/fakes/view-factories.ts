import type { ConversationView, OwnMembershipView } from '../../src/read-models/conversation.view.dto.js';
import type { StoredMember } from '../../src/read-models/member.view.dto.js';
import type { MessageView } from '../../src/read-models/message.view.dto.js';
import type { UserView } from '../../src/users/users.dto.js';

/** The time in every view that no override names. */
const NOON = '2026-11-20T12:00:00.123Z';

/** The profile of Ann. */
export const aUser = (more: Partial<UserView> = {}): UserView => ({
  id: 'ann',
  username: 'ann',
  displayName: 'Ann',
  avatarUrl: null,
  about: null,
  createdAt: NOON,
  deleted: false,
  ...more,
});

/** A membership in conversation `c` that reads no message yet. */
export const aMember = (userId: string, more: Partial<StoredMember> = {}): StoredMember => ({
  conversationId: 'c',
  user: aUser({ id: userId }),
  role: 'member',
  joinedAt: NOON,
  readSeq: 0,
  deliveredSeq: 0,
  rev: 1,
  ...more,
});

/** A user's own membership, without unread messages. */
export const aMembership = (more: Partial<OwnMembershipView> = {}): OwnMembershipView => ({
  role: 'member',
  joinedAt: NOON,
  readSeq: 0,
  deliveredSeq: 0,
  unreadCount: 0,
  mutedUntil: null,
  pinned: false,
  archived: false,
  ...more,
});

/** Group `c` without messages, as a member sees it. */
export const aConversation = (more: Partial<ConversationView> = {}): ConversationView => ({
  id: 'c',
  type: 'group',
  title: 'Title',
  topic: null,
  createdBy: 'ann',
  createdAt: NOON,
  updatedAt: NOON,
  lastSeq: 0,
  rev: 1,
  memberCount: 2,
  lastMessage: null,
  peer: null,
  me: aMembership(),
  ...more,
});

/** The first message of conversation `c`, sent by Ann. */
export const aMessage = (more: Partial<MessageView> = {}): MessageView => ({
  id: 'm1',
  conversationId: 'c',
  seq: 1,
  rev: 2,
  kind: 'text',
  sender: { id: 'ann', username: 'ann', displayName: 'Ann', avatarUrl: null },
  text: 'Hello',
  replyTo: null,
  mentions: [],
  reactions: [],
  metadata: null,
  createdAt: NOON,
  editedAt: null,
  deletedAt: null,
  ...more,
});
