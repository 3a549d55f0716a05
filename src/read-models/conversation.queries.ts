import { isoTime, isoTimeOrNull, placeholders } from '../infrastructure/database/database.js';
import type { Row, Rows } from '../infrastructure/database/transaction.js';
import {
  type Conversation,
  type ConversationType,
  peerOf,
  type Role,
  type Standing,
} from '../conversations/conversation.js';
import type { ConversationView, OwnMembershipView, SharedConversationView } from './conversation.view.dto.js';
import type { UserView } from '../users/users.dto.js';
import { USER_COLUMNS, userViewOf } from './user.queries.js';
import { messageOf, SELECT_MESSAGES } from './message.queries.js';
import type { MessageView } from './message.view.dto.js';

/** Selects conversations `c`, each with the membership `m` of one user; parameter: that user's id. */
export const SELECT_FOR_USER = `
  SELECT c.id, c.type, c.title, c.topic, c.direct_key, c.created_by, c.created_at, c.updated_at, c.last_seq, c.rev,
         c.member_count, m.user_id AS viewer_id, m.role, m.joined_at, m.read_seq, m.delivered_seq, m.muted_until,
         m.pinned, m.archived_seq, m.state_rev
  FROM conversations c
  LEFT JOIN members m ON m.conversation_id = c.id AND m.user_id = ? AND m.left_at IS NULL`;

/** The same without those that the user is not in. */
export const SELECT_OF_USER = SELECT_FOR_USER.replace('LEFT JOIN', 'JOIN');

/** The same for every member of a conversation. */
const SELECT_FOR_MEMBERS = SELECT_OF_USER.replace('AND m.user_id = ? ', '');

/** The views of rows of {@link SELECT_FOR_USER}: two more queries, however many they are. */
export async function conversationViews(source: Rows, rows: readonly Row[]): Promise<ConversationView[]> {
  const lastMessages = await lastMessagesOf(source, rows);
  const peers = await peersOf(source, rows);
  return rows.map((row) => ({
    ...sharedView(row, row['viewer_id'] === null ? null : (lastMessages.get(String(row['id'])) ?? null)),
    peer: peers.get(peerId(row)) ?? null,
    me: ownMembership(row),
  }));
}

/** A conversation as some of its members see it, by their ids. */
export async function viewsForMembers(
  source: Rows,
  conversationId: string,
  userIds: readonly string[],
): Promise<Map<string, ConversationView>> {
  if (userIds.length === 0) return new Map();
  const rows = await source.rows(
    `${SELECT_FOR_MEMBERS} WHERE c.id = ? AND m.user_id IN (${placeholders(userIds.length)})`,
    [conversationId, ...userIds],
  );
  const views = await conversationViews(source, rows);
  return new Map(views.map((view, index) => [String(rows[index]?.['viewer_id']), view]));
}

/** What every member sees. */
export async function sharedConversation(source: Rows, row: Row): Promise<SharedConversationView> {
  const lastMessages = await lastMessagesOf(source, [{ ...row, viewer_id: '' }]);
  return sharedView(row, lastMessages.get(String(row['id'])) ?? null);
}

/** The facts that rules decide on, from a row of `conversations`. */
export function conversationOf(row: Row): Conversation {
  return {
    id: String(row['id']),
    type: row['type'] as ConversationType,
    title: row['title'] as string | null,
    topic: row['topic'] as string | null,
    createdBy: row['created_by'] as string | null,
    lastSeq: Number(row['last_seq']),
    rev: Number(row['rev']),
    memberCount: Number(row['member_count']),
  };
}

/** The conversation and one user's place in it, from a row of {@link SELECT_FOR_USER}. */
export function standingOf(row: Row, userId: string): Standing {
  return {
    conversation: conversationOf(row),
    membership: row['role'] === null ? null : { userId, role: row['role'] as Role },
    peerId: peerOfRow(row, userId),
  };
}

function sharedView(row: Row, lastMessage: MessageView | null): SharedConversationView {
  return {
    ...conversationOf(row),
    createdAt: isoTime(row['created_at']),
    updatedAt: isoTime(row['updated_at']),
    lastMessage,
  };
}

/** One's own place, from a row of {@link SELECT_FOR_USER}; null for an outsider. */
export function ownMembership(row: Row): OwnMembershipView | null {
  if (row['viewer_id'] === null) return null;
  const lastSeq = Number(row['last_seq']);
  const readSeq = Number(row['read_seq']);
  return {
    role: String(row['role']),
    joinedAt: isoTime(row['joined_at']),
    readSeq,
    deliveredSeq: Number(row['delivered_seq']),
    unreadCount: lastSeq - readSeq,
    mutedUntil: isoTimeOrNull(row['muted_until']),
    pinned: Number(row['pinned']) === 1,
    archived: row['archived_seq'] !== null && Number(row['archived_seq']) === lastSeq,
  };
}

/** Of the conversations that the viewer is in: an outsider sees no message. */
async function lastMessagesOf(source: Rows, rows: readonly Row[]): Promise<Map<string, MessageView>> {
  const places = new Map(
    rows
      .filter((row) => row['viewer_id'] !== null && Number(row['last_seq']) > 0)
      .map((row) => [String(row['id']), Number(row['last_seq'])]),
  );
  if (places.size === 0) return new Map();
  // By a join with each conversation: a server thinks for longer about many pairs of id and `seq` than it reads them.
  const seqOf = Array.from(places, () => 'WHEN ? THEN ?').join(' ');
  const found = await source.rows(
    `${SELECT_MESSAGES} JOIN conversations c ON c.id = m.conversation_id
     WHERE c.id IN (${placeholders(places.size)}) AND m.seq = CASE c.id ${seqOf} END`,
    [...places.keys(), ...[...places].flat()],
  );
  return new Map(found.map((row) => [String(row['conversation_id']), messageOf(row)]));
}

async function peersOf(source: Rows, rows: readonly Row[]): Promise<Map<string, UserView>> {
  const ids = [...new Set(rows.map(peerId).filter(Boolean))];
  if (ids.length === 0) return new Map();
  const found = await source.rows(
    `SELECT ${USER_COLUMNS} FROM users u WHERE u.id IN (${placeholders(ids.length)})`,
    ids,
  );
  return new Map(found.map((row) => [String(row['user_id']), userViewOf(row)]));
}

/** The other one of a direct conversation, from a row of `conversations`. */
export const peerOfRow = (row: Row, userId: string): string | null =>
  peerOf(row['direct_key'] as string | null, userId);

const peerId = (row: Row): string => peerOfRow(row, String(row['viewer_id'])) ?? '';
