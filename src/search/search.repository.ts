import { Injectable } from '@nestjs/common';

import { Database, placeholders } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { conversationToken, textTokens } from './search-tokens.js';

/** Messages of one batch, at most. */
const BATCH_MESSAGES = 100;
/** Characters after which a batch ends. Making tokens of them blocks the event loop for 1 ms, or 7 ms beyond ASCII. */
const BATCH_CHARACTERS = 32_768;

/** Up to this many conversations are part of the full-text query; with more, only the join with `members` restricts it. */
const CONVERSATIONS_MAX = 200;

/** The parts of a full-text query that differ between the dialects. */
interface FullText {
  /** The tables of the index, with the entries as `s`. */
  readonly from: string;
  /** A join that runs in the order in which it is written. */
  readonly join: string;
  readonly where: string;
  /**
   * The full-text query for entries that have a word beginning with each token, in one of the conversations unless none
   * is given. Conversations come first, since fewer entries have them.
   */
  readonly toQuery: (tokens: readonly string[], conversationTokens: readonly string[]) => string;
}

const INNODB: FullText = {
  from: 'search_entries s',
  join: 'STRAIGHT_JOIN',
  where: 'MATCH (s.words) AGAINST (? IN BOOLEAN MODE)',
  toQuery: (tokens, conversations) =>
    [
      ...(conversations.length > 0 ? [`+(${conversations.join(' ')})`] : []),
      ...tokens.map((token) => `+${token}*`),
    ].join(' '),
};

const FTS5: FullText = {
  from: 'search_words w CROSS JOIN search_entries s ON s.id = w.rowid',
  join: 'CROSS JOIN',
  where: 'search_words MATCH ?',
  toQuery: (tokens, conversations) =>
    [
      ...(conversations.length > 0 ? [`(${conversations.join(' OR ')})`] : []),
      ...tokens.map((token) => `${token}*`),
    ].join(' AND '),
};

/** A search in the conversations of a user. */
export interface SearchQuery {
  /** The user who searches: only messages of their current conversations match. */
  readonly userId: string;
  /** Null for all conversations of the user. */
  readonly conversationId: string | null;
  /** At least one, made by `queryTokens`. */
  readonly tokens: readonly string[];
  /** The `createdAt` and id of the message before the page. */
  readonly after: readonly [string, string] | null;
}

/** The searchable words of one message. */
interface Entry {
  readonly seq: number;
  /** Its tokens, separated by spaces; empty for a message without words, such as a tombstone. */
  readonly words: string;
}

/**
 * The full-text index of messages: `search_entries`, with a checkpoint for each conversation in `search_heads`. SQLite
 * finds entries through `search_words`.
 */
@Injectable()
export class SearchRepository {
  constructor(private readonly database: Database) {}

  /**
   * Returns the messages that have all words of a query, newest first. The statement joins `members`, so that current
   * memberships decide. The joins run in the order in which they are written, the index first, and narrow rows are sorted.
   */
  async find({ userId, conversationId, tokens, after }: SearchQuery, limit: number): Promise<MessageView[]> {
    const { from, join, where, toQuery } = this.database.isSqlite ? FTS5 : INNODB;
    const conversationIds = await this.conversationIds(userId, conversationId);
    const rows = await this.database.rows<MessageRow>(
      `${SELECT_MESSAGES}
       JOIN (
         SELECT f.conversation_id, f.seq
         FROM ${from}
         ${join} members v ON v.conversation_id = s.conversation_id AND v.user_id = ? AND v.left_at IS NULL
         ${join} messages f ON f.conversation_id = s.conversation_id AND f.seq = s.seq AND f.deleted_at IS NULL
         WHERE ${where}
         ${after ? 'AND (f.created_at < ? OR (f.created_at = ? AND f.id < ?))' : ''}
         ORDER BY f.created_at DESC, f.id DESC LIMIT ${limit}
       ) hit ON hit.conversation_id = m.conversation_id AND hit.seq = m.seq
       ORDER BY m.created_at DESC, m.id DESC`,
      [
        userId,
        toQuery(tokens, conversationIds.map(conversationToken)),
        ...(after ? [new Date(after[0]), new Date(after[0]), after[1]] : []),
      ],
    );
    return rows.map(messageOf);
  }

  /**
   * Returns the conversations of a user, or the given one, whose newest changes are not indexed, latest activity first.
   */
  async unindexed(userId: string, conversationId: string | null, limit: number): Promise<string[]> {
    const rows = await this.database.rows<{ readonly id: string }>(
      `SELECT c.id FROM members m
       JOIN conversations c ON c.id = m.conversation_id
       LEFT JOIN search_heads h ON h.conversation_id = c.id
       WHERE m.user_id = ? AND m.left_at IS NULL ${conversationId === null ? '' : 'AND c.id = ?'}
         AND c.last_seq > 0 AND c.rev > COALESCE(h.rev, 0)
       ORDER BY c.active_at DESC LIMIT ${limit}`,
      [userId, ...(conversationId === null ? [] : [conversationId])],
    );
    return rows.map(({ id }) => id);
  }

  /**
   * Indexes the next changed messages of a conversation. It reads outside the transaction, which stays short, and writes
   * only if no other node moved the checkpoint meanwhile. The conversation's `rev` is read before the messages: a message
   * that changes in between is indexed twice, and none is missed.
   * @returns whether changes remain
   */
  async indexNextBatch(conversationId: string): Promise<boolean> {
    const [row] = await this.database.rows<{ readonly rev: number; readonly checkpoint: number | null }>(
      `SELECT c.rev, h.rev AS checkpoint FROM conversations c LEFT JOIN search_heads h ON h.conversation_id = c.id
       WHERE c.id = ?`,
      [conversationId],
    );
    if (!row) return false;
    if (row.checkpoint === null) await this.database.write((tx) => createCheckpoint(tx, conversationId));
    const [start, end] = [row.checkpoint ?? 0, row.rev];
    if (start >= end) return false;
    const changed = await this.changed(conversationId, start);
    const count = batchSize(changed.map(({ length }) => length));
    const last = changed[count - 1]?.rev ?? start;
    const isLast = count === changed.length && changed.length < BATCH_MESSAGES;
    const next = isLast ? end : last;
    const entries = await this.entries(conversationId, start, last);
    const moved = await this.database.write(async (tx) => {
      if (!(await moveCheckpoint(tx, conversationId, start, next))) return false;
      await replaceEntries(tx, conversationId, entries);
      return true;
    });
    return !moved || next < end;
  }

  /** The first messages that changed after a `rev`, without their text, most of which may belong to later batches. */
  private async changed(conversationId: string, after: number): Promise<{ rev: number; length: number }[]> {
    // Computed numbers may be text on MySQL and MariaDB.
    const rows = await this.database.rows<{ readonly rev: number; readonly length: number | string }>(
      `SELECT rev, ${this.database.isSqlite ? 'LENGTH' : 'CHAR_LENGTH'}(text) AS length FROM messages
       WHERE conversation_id = ? AND rev > ? ORDER BY rev LIMIT ${BATCH_MESSAGES}`,
      [conversationId, after],
    );
    return rows.map(({ rev, length }) => ({ rev, length: Number(length) }));
  }

  /**
   * The entries of the messages in a range of `rev`. A message that changed since the range was chosen has a higher `rev`
   * and belongs to a later batch.
   */
  private async entries(conversationId: string, after: number, last: number): Promise<Entry[]> {
    if (last === after) return [];
    const rows = await this.database.rows<{ readonly seq: number; readonly text: string }>(
      'SELECT seq, text FROM messages WHERE conversation_id = ? AND rev > ? AND rev <= ?',
      [conversationId, after, last],
    );
    return rows.map(({ seq, text }) => ({ seq, words: wordsOf(conversationId, text) }));
  }

  /** The conversations to name in the query; none when there are too many. */
  private async conversationIds(userId: string, conversationId: string | null): Promise<string[]> {
    if (conversationId !== null) return [conversationId];
    const rows = await this.database.rows<{ readonly conversation_id: string }>(
      `SELECT conversation_id FROM members WHERE user_id = ? AND left_at IS NULL LIMIT ${CONVERSATIONS_MAX + 1}`,
      [userId],
    );
    return rows.length > CONVERSATIONS_MAX ? [] : rows.map((row) => row.conversation_id);
  }
}

/** The number of messages of these lengths that form one batch: at least one. */
function batchSize(lengths: readonly number[]): number {
  let characters = 0;
  const last = lengths.findIndex((length) => (characters += length) >= BATCH_CHARACTERS);
  return last < 0 ? lengths.length : last + 1;
}

function wordsOf(conversationId: string, text: string): string {
  const tokens = textTokens(text);
  return tokens.length === 0 ? '' : [conversationToken(conversationId), ...tokens].join(' ');
}

/**
 * Creates the checkpoint in a transaction of its own: its foreign key waits for the lock of the conversation, and moving it
 * later does not.
 */
async function createCheckpoint(tx: Transaction, conversationId: string): Promise<void> {
  const [conversation] = await tx.rows(`SELECT id FROM conversations WHERE id = ?${tx.forUpdate}`, [conversationId]);
  const [checkpoint] = await tx.rows('SELECT rev FROM search_heads WHERE conversation_id = ?', [conversationId]);
  if (conversation && !checkpoint) tx.insert('search_heads', [{ conversation_id: conversationId, rev: 0 }]);
}

async function moveCheckpoint(tx: Transaction, conversationId: string, from: number, to: number): Promise<boolean> {
  const moved = await tx.run('UPDATE search_heads SET rev = ? WHERE conversation_id = ? AND rev = ?', [
    to,
    conversationId,
    from,
  ]);
  return moved === 1;
}

/** Writes the entries whose words differ from the index. A reaction, for example, changes a message but no word. */
async function replaceEntries(tx: Transaction, conversationId: string, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return;
  const stored = await tx.rows<Entry>(
    `SELECT seq, words FROM search_entries WHERE conversation_id = ? AND seq IN (${placeholders(entries.length)})`,
    [conversationId, ...entries.map(({ seq }) => seq)],
  );
  const before = new Map(stored.map(({ seq, words }) => [seq, words]));
  const changed = entries.filter(({ seq, words }) => (before.get(seq) ?? '') !== words);
  const outdated = changed.filter(({ seq }) => before.has(seq));
  if (outdated.length > 0) {
    await tx.run(`DELETE FROM search_entries WHERE conversation_id = ? AND seq IN (${placeholders(outdated.length)})`, [
      conversationId,
      ...outdated.map(({ seq }) => seq),
    ]);
  }
  const fresh = changed.filter(({ words }) => words !== '');
  tx.insert(
    'search_entries',
    fresh.map(({ seq, words }) => ({ conversation_id: conversationId, seq, words })),
  );
}
