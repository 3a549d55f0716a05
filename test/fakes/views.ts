import { firstCharacters } from '../../src/common/text.js';
import { peerOf, type Standing } from '../../src/conversations/conversation.js';
import { REACTION_USERS_MAX } from '../../src/messages/message.js';
import type {
  ConversationView,
  OwnMembershipView,
  SharedConversationView,
} from '../../src/read-models/conversation.view.dto.js';
import type { StoredMember } from '../../src/read-models/member.view.dto.js';
import { type MessageView, PREVIEW_MAX, type ReplyView } from '../../src/read-models/message.view.dto.js';
import { userView } from '../../src/users/users.dto.js';
import type { ConversationRow, InMemoryTables, MemberRow, MessageRow } from '../in-memory/in-memory-tables.js';

/** A message with the current profile of its sender and the current quoted message. */
export function messageView(tables: InMemoryTables, message: MessageRow): MessageView {
  const sender = tables.users.get(message.senderId);
  return {
    id: message.id,
    conversationId: message.conversationId,
    seq: message.seq,
    rev: message.rev,
    kind: 'text',
    sender: {
      id: message.senderId,
      username: sender?.username ?? null,
      displayName: sender?.displayName ?? null,
      avatarUrl: sender?.avatarUrl ?? null,
    },
    text: message.text,
    replyTo: replyView(tables, message),
    mentions: [...message.mentions],
    reactions: reactionsOf(message),
    metadata: message.metadata === null ? null : (JSON.parse(message.metadata) as Record<string, unknown>),
    createdAt: message.createdAt.toISOString(),
    editedAt: message.editedAt?.toISOString() ?? null,
    deletedAt: message.deletedAt?.toISOString() ?? null,
  };
}

/** Reactions as shown to clients. */
export const reactionsOf = ({ reactions }: MessageRow): MessageView['reactions'] =>
  Array.from(reactions, ([emoji, users]) => ({
    emoji,
    count: users.length,
    userIds: users.slice(0, REACTION_USERS_MAX),
  }));

/** The view of a conversation that all members share. */
export function sharedView(tables: InMemoryTables, conversation: ConversationRow): SharedConversationView {
  const { id, type, title, topic, createdBy, createdAt, updatedAt, rev, messages } = conversation;
  const lastMessage = messages.at(-1);
  return {
    id,
    type,
    title,
    topic,
    createdBy,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    lastSeq: messages.length,
    rev,
    memberCount: tables.membersOf(conversation).length,
    lastMessage: lastMessage ? messageView(tables, lastMessage) : null,
  };
}

/** A conversation and a user's membership in it, as input of the domain rules. */
export function standingOf(tables: InMemoryTables, conversation: ConversationRow, userId: string): Standing {
  const { id, type, title, topic, createdBy, rev, messages } = conversation;
  const member = tables.memberOf(conversation, userId);
  const memberCount = tables.membersOf(conversation).length;
  return {
    conversation: { id, type, title, topic, createdBy, lastSeq: messages.length, rev, memberCount },
    membership: member && { userId: member.userId, role: member.role },
    peerId: peerOf(conversation.directKey, userId),
  };
}

/** A conversation as one user sees it; users outside see no message. */
export function conversationView(
  tables: InMemoryTables,
  conversation: ConversationRow,
  userId: string,
): ConversationView {
  const shared = sharedView(tables, conversation);
  const member = tables.memberOf(conversation, userId);
  const peer = tables.users.get(peerOf(conversation.directKey, userId) ?? '');
  return {
    ...shared,
    lastMessage: member ? shared.lastMessage : null,
    peer: peer ? userView(peer) : null,
    me: member ? ownMembership(member, shared.lastSeq) : null,
  };
}

/** A conversation as each of the given users sees it; without those who are no members. */
export function conversationViews(
  tables: InMemoryTables,
  conversation: ConversationRow,
  userIds: readonly string[],
): Map<string, ConversationView> {
  const members = userIds.filter((userId) => tables.memberOf(conversation, userId) !== null);
  return new Map(members.map((userId) => [userId, conversationView(tables, conversation, userId)]));
}

export function storedMember(tables: InMemoryTables, conversationId: string, member: MemberRow): StoredMember {
  const user = tables.users.get(member.userId);
  if (!user) throw new Error('the member is no user');
  return {
    conversationId,
    user: userView(user),
    role: member.role,
    joinedAt: member.joinedAt.toISOString(),
    readSeq: member.readSeq,
    deliveredSeq: member.deliveredSeq,
    rev: member.rev,
  };
}

export function ownMembership(member: MemberRow, lastSeq: number): OwnMembershipView {
  return {
    role: member.role,
    joinedAt: member.joinedAt.toISOString(),
    readSeq: member.readSeq,
    deliveredSeq: member.deliveredSeq,
    unreadCount: lastSeq - member.readSeq,
    mutedUntil: member.mutedUntil?.toISOString() ?? null,
    pinned: member.pinned,
    archived: member.archivedSeq === lastSeq,
  };
}

function replyView(tables: InMemoryTables, message: MessageRow): ReplyView | null {
  if (message.replyToSeq === null) return null;
  const quoted = tables.conversations.get(message.conversationId)?.messages[message.replyToSeq - 1];
  if (!quoted) return null;
  return {
    id: quoted.id,
    seq: quoted.seq,
    senderId: quoted.senderId,
    preview: firstCharacters(quoted.text, PREVIEW_MAX),
  };
}
