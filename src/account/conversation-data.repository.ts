import { Injectable } from '@nestjs/common';

import type { DataOwner } from '../infrastructure/database/data-owners.js';
import { Database, isoTime, isoTimeOrNull } from '../infrastructure/database/database.js';
import { keysetPages } from '../infrastructure/database/keyset-pages.js';
import type { Row } from '../infrastructure/database/transaction.js';
import type { ExportedMembershipView, ExportedMessageView, ExportedReactionView } from './account.dto.js';

/** Sequence numbers of one conversation that one query scans: messages have no index by sender. */
const SCAN_SEQS = 2_000;

/** Owns the tables of conversations: exports memberships, messages and reactions. */
@Injectable()
export class ConversationData implements DataOwner {
  readonly tables = [
    ...['conversations', 'members', 'messages', 'reactions', 'purges'],
    ...['search_heads', 'search_entries', 'search_words'],
  ];

  constructor(private readonly database: Database) {}

  exportUser(userId: string): {
    conversations: AsyncIterable<ExportedMembershipView>;
    messages: AsyncIterable<ExportedMessageView>;
    reactions: AsyncIterable<ExportedReactionView>;
  } {
    return {
      conversations: this.conversations(userId),
      messages: this.messages(userId),
      reactions: this.reactions(userId),
    };
  }

  /** Every conversation that the user is or was a member of. */
  private async *conversations(userId: string): AsyncGenerator<ExportedMembershipView> {
    for await (const row of this.memberships(userId)) {
      yield {
        conversationId: String(row['conversation_id']),
        type: String(row['type']),
        title: row['title'] as string | null,
        created: row['created_by'] === userId,
        role: String(row['role']),
        joinedAt: isoTime(row['joined_at']),
        leftAt: isoTimeOrNull(row['left_at']),
        readSeq: Number(row['read_seq']),
        deliveredSeq: Number(row['delivered_seq']),
        mutedUntil: isoTimeOrNull(row['muted_until']),
        pinned: Number(row['pinned']) === 1,
        archived: row['archived_seq'] !== null && Number(row['archived_seq']) === Number(row['last_seq']),
      };
    }
  }

  private async *messages(userId: string): AsyncGenerator<ExportedMessageView> {
    const sql = 'SELECT * FROM messages WHERE conversation_id = ? AND seq > ? AND seq <= ? AND sender_id = ?';
    for await (const row of this.everywhere(sql, userId)) yield messageOf(row);
  }

  private async *reactions(userId: string): AsyncGenerator<ExportedReactionView> {
    const sql = 'SELECT * FROM reactions WHERE conversation_id = ? AND seq > ? AND seq <= ? AND user_id = ?';
    for await (const row of this.everywhere(sql, userId)) {
      yield {
        conversationId: String(row['conversation_id']),
        seq: Number(row['seq']),
        emoji: String(row['emoji']),
      };
    }
  }

  private memberships(userId: string): AsyncGenerator<Row> {
    const page = (after: string, limit: number) =>
      this.database.rows(
        `SELECT m.*, c.type, c.title, c.created_by, c.last_seq FROM members m JOIN conversations c ON c.id = m.conversation_id
         WHERE m.user_id = ? AND m.conversation_id > ? ORDER BY conversation_id LIMIT ${limit}`,
        [userId, after],
      );
    return keysetPages(page, (row) => String(row['conversation_id']));
  }

  private async *everywhere(sql: string, userId: string): AsyncGenerator<Row> {
    for await (const membership of this.memberships(userId)) {
      for (let seq = 0; seq < Number(membership['last_seq']); seq += SCAN_SEQS) {
        yield* await this.database.rows(`${sql} ORDER BY seq`, [
          String(membership['conversation_id']),
          seq,
          seq + SCAN_SEQS,
          userId,
        ]);
      }
    }
  }
}

function messageOf(row: Row): ExportedMessageView {
  return {
    id: String(row['id']),
    conversationId: String(row['conversation_id']),
    seq: Number(row['seq']),
    text: String(row['text']),
    replyToSeq: row['reply_to_seq'] === null ? null : Number(row['reply_to_seq']),
    mentions: row['mentions'] === null ? [] : (JSON.parse(String(row['mentions'])) as string[]),
    metadata: row['metadata'] === null ? null : (JSON.parse(String(row['metadata'])) as Record<string, unknown>),
    createdAt: isoTime(row['created_at']),
    editedAt: isoTimeOrNull(row['edited_at']),
    deletedAt: isoTimeOrNull(row['deleted_at']),
  };
}
