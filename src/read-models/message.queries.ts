import { firstCharacters } from '../common/text.js';
import { isoTime, isoTimeOrNull } from '../infrastructure/database/database.js';
import { type MessageView, PREVIEW_MAX, type ReplyView } from './message.view.dto.js';

/** Selects messages `m` with their sender `u` and the message `r` that they reply to. */
export const SELECT_MESSAGES = `
  SELECT m.conversation_id, m.seq, m.id, m.rev, m.sender_id, m.text, m.mentions, m.reactions, m.metadata,
         m.created_at, m.edited_at, m.deleted_at,
         u.username AS sender_username, u.display_name AS sender_display_name, u.avatar_url AS sender_avatar_url,
         r.id AS reply_id, r.seq AS reply_seq, r.sender_id AS reply_sender_id, r.text AS reply_text
  FROM messages m
  LEFT JOIN users u ON u.id = m.sender_id
  LEFT JOIN messages r ON r.conversation_id = m.conversation_id AND r.seq = m.reply_to_seq`;

interface ReplyColumns {
  readonly reply_id: string;
  readonly reply_seq: number;
  readonly reply_sender_id: string;
  readonly reply_text: string;
}

/** A row of {@link SELECT_MESSAGES}. `mentions`, `reactions` and `metadata` are JSON. */
export type MessageRow = {
  readonly conversation_id: string;
  readonly seq: number;
  readonly id: string;
  readonly rev: number;
  readonly sender_id: string;
  readonly text: string;
  readonly mentions: string | null;
  readonly reactions: string | null;
  readonly metadata: string | null;
  readonly created_at: string;
  readonly edited_at: string | null;
  readonly deleted_at: string | null;
  readonly sender_username: string | null;
  readonly sender_display_name: string | null;
  readonly sender_avatar_url: string | null;
} & (ReplyColumns | { readonly reply_id: null });

/** The view of a row of {@link SELECT_MESSAGES}. */
export function messageOf(row: MessageRow): MessageView {
  return {
    id: row.id,
    conversationId: row.conversation_id,
    seq: row.seq,
    rev: row.rev,
    kind: 'text',
    sender: {
      id: row.sender_id,
      username: row.sender_username,
      displayName: row.sender_display_name,
      avatarUrl: row.sender_avatar_url,
    },
    text: row.text,
    replyTo: replyOf(row),
    mentions: row.mentions === null ? [] : (JSON.parse(row.mentions) as string[]),
    reactions: row.reactions === null ? [] : (JSON.parse(row.reactions) as MessageView['reactions']),
    metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as Record<string, unknown>),
    createdAt: isoTime(row.created_at),
    editedAt: isoTimeOrNull(row.edited_at),
    deletedAt: isoTimeOrNull(row.deleted_at),
  };
}

function replyOf(row: MessageRow): ReplyView | null {
  if (row.reply_id === null) return null;
  return {
    id: row.reply_id,
    seq: row.reply_seq,
    senderId: row.reply_sender_id,
    preview: firstCharacters(row.reply_text, PREVIEW_MAX),
  };
}
