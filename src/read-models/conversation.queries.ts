import {
  type Conversation,
  type ConversationType,
  peerOf,
  type Role,
  type Standing,
} from '../conversations/conversation.js';
import { isoTime, isoTimeOrNull, placeholders } from '../infrastructure/database/database.js';
import type { Rows } from '../infrastructure/database/transaction.js';
import type { UserView } from '../users/users.dto.js';
import type { ConversationView, OwnMembershipView, SharedConversationView } from './conversation.view.dto.js';
import { type MessageRow, messageOf, SELECT_MESSAGES } from './message.queries.js';
import type { MessageView } from './message.view.dto.js';
import { USER_COLUMNS, type UserRow, userViewOf } from './user.queries.js';

/** The columns of `conversations` that the views show. */
export interface ConversationRow {
  readonly id: string;
  readonly type: ConversationType;
  readonly title: string | null;
  readonly topic: string | null;
  readonly direct_key: string | null;
  readonly created_by: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly last_seq: number;
  readonly rev: number;
  readonly member_count: number;
}

/** A member's columns in a row of {@link SELECT_FOR_USER}. */
interface MembershipColumns {
  readonly viewer_id: string;
  readonly role: Role;
  readonly joined_at: string;
  readonly read_seq: number;
  readonly delivered_seq: number;
  readonly muted_until: string | null;
  readonly pinned: number;
  readonly archived_seq: number | null;
  readonly state_rev: number;
}

/** A row of {@link SELECT_OF_USER}: a conversation with the membership of one user. */
export type OfUserRow = ConversationRow & MembershipColumns;

/** A row of {@link SELECT_FOR_USER}: an outsider has no membership columns. */
export type ForUserRow = ConversationRow & (MembershipColumns | { readonly viewer_id: null });

/** Selects conversations `c`, each with the membership `m` of one user; parameter: that user's id. */
export const SELECT_FOR_USER = `
  SELECT c.id, c.type, c.title, c.topic, c.direct_key, c.created_by, c.created_at, c.updated_at, c.last_seq, c.rev,
         c.member_count, m.user_id AS viewer_id, m.role, m.joined_at, m.read_seq, m.delivered_seq, m.muted_until,
         m.pinned, m.archived_seq, m.state_rev
  FROM conversations c
  LEFT JOIN members m ON m.conversation_id = c.id AND m.user_id = ? AND m.left_at IS NULL`;

/** {@link SELECT_FOR_USER} for the conversations that the user is a member of. */
export const SELECT_OF_USER = SELECT_FOR_USER.replace('LEFT JOIN', 'JOIN');

/** {@link SELECT_OF_USER} for every member of a conversation. */
const SELECT_FOR_MEMBERS = SELECT_OF_USER.replace('AND m.user_id = ? ', '');

/** The views of rows of {@link SELECT_FOR_USER}, with two more queries for any number of rows. */
export async function conversationViews(source: Rows, rows: readonly ForUserRow[]): Promise<ConversationView[]> {
  const lastMessages = await lastMessagesOf(source, rows.filter(isMemberRow));
  const peers = await peersOf(source, rows);
  return rows.map((row) => viewOf(row, lastMessages.get(row.id) ?? null, peers));
}

/** A conversation as some of its members see it, by their ids. */
export async function viewsForMembers(
  source: Rows,
  conversationId: string,
  userIds: readonly string[],
): Promise<Map<string, ConversationView>> {
  if (userIds.length === 0) return new Map();
  const [rows, lastMessage] = await Promise.all([
    source.rows<OfUserRow>(`${SELECT_FOR_MEMBERS} WHERE c.id = ? AND m.user_id IN (${placeholders(userIds.length)})`, [
      conversationId,
      ...userIds,
    ]),
    lastMessageOf(source, conversationId),
  ]);
  const peers = await peersOf(source, rows);
  return new Map(rows.map((row) => [row.viewer_id, viewOf(row, lastMessage, peers)]));
}

/** The part of a conversation that is the same for all members; null when there is no such conversation. */
export async function sharedConversation(source: Rows, id: string): Promise<SharedConversationView | null> {
  const [[row], lastMessage] = await Promise.all([
    source.rows<ConversationRow>('SELECT * FROM conversations WHERE id = ?', [id]),
    lastMessageOf(source, id),
  ]);
  return row ? sharedView(row, lastMessage) : null;
}

/** The facts that rules decide on. */
export function conversationOf(row: ConversationRow): Conversation {
  return {
    id: row.id,
    type: row.type,
    title: row.title,
    topic: row.topic,
    createdBy: row.created_by,
    lastSeq: row.last_seq,
    rev: row.rev,
    memberCount: row.member_count,
  };
}

/** The conversation and one user's membership, from a row of {@link SELECT_FOR_USER}. */
export function standingOf(row: ForUserRow, userId: string): Standing {
  return {
    conversation: conversationOf(row),
    membership: isMemberRow(row) ? { userId, role: row.role } : null,
    peerId: peerOfRow(row, userId),
  };
}

/** Whether the user of a row of {@link SELECT_FOR_USER} is a member. */
export const isMemberRow = (row: ForUserRow): row is OfUserRow => row.viewer_id !== null;

/** The member's own view of the membership. */
export function ownMembership(row: OfUserRow): OwnMembershipView {
  return {
    role: row.role,
    joinedAt: isoTime(row.joined_at),
    readSeq: row.read_seq,
    deliveredSeq: row.delivered_seq,
    unreadCount: row.last_seq - row.read_seq,
    mutedUntil: isoTimeOrNull(row.muted_until),
    pinned: row.pinned === 1,
    archived: row.archived_seq === row.last_seq,
  };
}

/** The other member of a direct conversation; null for groups and rooms. */
export const peerOfRow = (row: { readonly direct_key: string | null }, userId: string): string | null =>
  peerOf(row.direct_key, userId);

/** An outsider sees no message and no membership. */
function viewOf(
  row: ForUserRow,
  lastMessage: MessageView | null,
  peers: ReadonlyMap<string, UserView>,
): ConversationView {
  const isMember = isMemberRow(row);
  return {
    ...sharedView(row, isMember ? lastMessage : null),
    peer: peers.get(peerId(row)) ?? null,
    me: isMember ? ownMembership(row) : null,
  };
}

function sharedView(row: ConversationRow, lastMessage: MessageView | null): SharedConversationView {
  return {
    ...conversationOf(row),
    createdAt: isoTime(row.created_at),
    updatedAt: isoTime(row.updated_at),
    lastMessage,
  };
}

async function lastMessageOf(source: Rows, conversationId: string): Promise<MessageView | null> {
  const [row] = await source.rows<MessageRow>(
    `${SELECT_MESSAGES} JOIN conversations c ON c.id = m.conversation_id AND c.last_seq = m.seq WHERE c.id = ?`,
    [conversationId],
  );
  return row ? messageOf(row) : null;
}

async function lastMessagesOf(source: Rows, rows: readonly ConversationRow[]): Promise<Map<string, MessageView>> {
  const lastSeqs = new Map(rows.filter((row) => row.last_seq > 0).map((row) => [row.id, row.last_seq]));
  if (lastSeqs.size === 0) return new Map();
  // A join with each conversation: for many pairs of id and `seq` in a condition, MySQL plans longer than it reads.
  const seqOf = Array.from(lastSeqs, () => 'WHEN ? THEN ?').join(' ');
  const found = await source.rows<MessageRow>(
    `${SELECT_MESSAGES} JOIN conversations c ON c.id = m.conversation_id
     WHERE c.id IN (${placeholders(lastSeqs.size)}) AND m.seq = CASE c.id ${seqOf} END`,
    [...lastSeqs.keys(), ...[...lastSeqs].flat()],
  );
  return new Map(found.map((row) => [row.conversation_id, messageOf(row)]));
}

async function peersOf(source: Rows, rows: readonly ForUserRow[]): Promise<Map<string, UserView>> {
  const ids = [...new Set(rows.map(peerId).filter(Boolean))];
  if (ids.length === 0) return new Map();
  const found = await source.rows<UserRow>(
    `SELECT ${USER_COLUMNS} FROM users u WHERE u.id IN (${placeholders(ids.length)})`,
    ids,
  );
  return new Map(found.map((row) => [row.user_id, userViewOf(row)]));
}

const peerId = (row: ForUserRow): string => peerOfRow(row, row.viewer_id ?? '') ?? '';
