import type { ConversationView, OwnMembershipView } from '../../src/read-models/conversation.view.dto.js';
import type { StoredMember } from '../../src/read-models/member.view.dto.js';
import type { UserView } from '../../src/users/users.dto.js';

const NOON = '2026-11-20T12:00:00.123Z';

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
