import { firstCharacters } from '../common/text.js';
import { isoTime, isoTimeOrNull } from '../infrastructure/database/database.js';
import type { Row } from '../infrastructure/database/transaction.js';
import { type MessageView, PREVIEW_MAX, type ReplyView } from './message.view.dto.js';

/** Selects messages `m` with their sender and the message that they answer, for {@link messageOf}. */
export const SELECT_MESSAGES = `
  SELECT m.conversation_id, m.seq, m.id, m.rev, m.sender_id, m.text, m.mentions, m.reactions, m.metadata,
         m.created_at, m.edited_at, m.deleted_at,
         u.username AS sender_username, u.display_name AS sender_display_name, u.avatar_url AS sender_avatar_url,
         r.id AS reply_id, r.seq AS reply_seq, r.sender_id AS reply_sender_id, r.text AS reply_text
  FROM messages m
  LEFT JOIN users u ON u.id = m.sender_id
  LEFT JOIN messages r ON r.conversation_id = m.conversation_id AND r.seq = m.reply_to_seq`;

/** The view of a row of {@link SELECT_MESSAGES}. */
export function messageOf(row: Row): MessageView {
  return {
    id: String(row['id']),
    conversationId: String(row['conversation_id']),
    seq: Number(row['seq']),
    rev: Number(row['rev']),
    kind: 'text',
    sender: {
      id: String(row['sender_id']),
      username: row['sender_username'] as string | null,
      displayName: row['sender_display_name'] as string | null,
      avatarUrl: row['sender_avatar_url'] as string | null,
    },
    text: String(row['text']),
    replyTo: replyOf(row),
    mentions: row['mentions'] === null ? [] : (JSON.parse(String(row['mentions'])) as string[]),
    reactions: row['reactions'] === null ? [] : (JSON.parse(String(row['reactions'])) as MessageView['reactions']),
    metadata: row['metadata'] === null ? null : (JSON.parse(String(row['metadata'])) as Record<string, unknown>),
    createdAt: isoTime(row['created_at']),
    editedAt: isoTimeOrNull(row['edited_at']),
    deletedAt: isoTimeOrNull(row['deleted_at']),
  };
}

function replyOf(row: Row): ReplyView | null {
  if (row['reply_id'] === null) return null;
  return {
    id: String(row['reply_id']),
    seq: Number(row['reply_seq']),
    senderId: String(row['reply_sender_id']),
    preview: firstCharacters(String(row['reply_text']), PREVIEW_MAX),
  };
}
