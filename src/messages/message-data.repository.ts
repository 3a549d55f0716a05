import { Injectable } from '@nestjs/common';

import type { DataOwner } from '../infrastructure/data-owners/data-owners.js';
import { Database, isoTime, isoTimeOrNull } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { membershipsOf } from '../members/members.queries.js';
import type { ExportedMessageView, ExportedReactionView } from './messages.dto.js';

/** Sequence numbers of one conversation that one query scans: messages have no index by sender. */
const SCAN_SEQS = 2_000;

interface SentRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly seq: number;
  readonly text: string;
  readonly reply_to_seq: number | null;
  readonly mentions: string | null;
  readonly metadata: string | null;
  readonly created_at: string;
  readonly edited_at: string | null;
  readonly deleted_at: string | null;
}

interface ReactionRow {
  readonly conversation_id: string;
  readonly seq: number;
  readonly emoji: string;
}

/** Owns the tables of messages and reactions: purges them with their conversation and exports them with an account. */
@Injectable()
export class MessageData implements DataOwner {
  readonly tables = ['messages', 'reactions'];

  constructor(private readonly database: Database) {}

  async purge(tx: Transaction, conversationId: string, beforeSeq: number | null): Promise<void> {
    for (const table of this.tables) {
      await tx.run(
        `DELETE FROM ${table} WHERE conversation_id = ? ${beforeSeq === null ? '' : 'AND seq < ?'}`,
        beforeSeq === null ? [conversationId] : [conversationId, beforeSeq],
      );
    }
  }

  exportUser(userId: string): {
    messages: AsyncIterable<ExportedMessageView>;
    reactions: AsyncIterable<ExportedReactionView>;
  } {
    return { messages: this.messages(userId), reactions: this.reactions(userId) };
  }

  private async *messages(userId: string): AsyncGenerator<ExportedMessageView> {
    const sql = 'SELECT * FROM messages WHERE conversation_id = ? AND seq > ? AND seq <= ? AND sender_id = ?';
    for await (const row of this.scan<SentRow>(sql, userId)) yield exportedMessage(row);
  }

  private async *reactions(userId: string): AsyncGenerator<ExportedReactionView> {
    const sql = 'SELECT * FROM reactions WHERE conversation_id = ? AND seq > ? AND seq <= ? AND user_id = ?';
    for await (const row of this.scan<ReactionRow>(sql, userId)) {
      yield { conversationId: row.conversation_id, seq: row.seq, emoji: row.emoji };
    }
  }

  /** Runs a query for each range of `seq` in each conversation that the user is or was a member of. */
  private async *scan<R extends object>(sql: string, userId: string): AsyncGenerator<R> {
    for await (const { conversation_id: id, last_seq: lastSeq } of membershipsOf(this.database, userId)) {
      for (let seq = 0; seq < lastSeq; seq += SCAN_SEQS) {
        yield* await this.database.rows<R>(`${sql} ORDER BY seq`, [id, seq, seq + SCAN_SEQS, userId]);
      }
    }
  }
}

const exportedMessage = (row: SentRow): ExportedMessageView => ({
  id: row.id,
  conversationId: row.conversation_id,
  seq: row.seq,
  text: row.text,
  replyToSeq: row.reply_to_seq,
  mentions: row.mentions === null ? [] : (JSON.parse(row.mentions) as string[]),
  metadata: row.metadata === null ? null : (JSON.parse(row.metadata) as Record<string, unknown>),
  createdAt: isoTime(row.created_at),
  editedAt: isoTimeOrNull(row.edited_at),
  deletedAt: isoTimeOrNull(row.deleted_at),
});
