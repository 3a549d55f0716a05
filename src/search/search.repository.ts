import { Injectable } from '@nestjs/common';

import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { Database, placeholders } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { conversationToken, textTokens } from './search-tokens.js';
import { SearchStore, type SearchQuery } from './search.store.js';

/** Messages of one step, at most. */
const STEP_MESSAGES = 100;
/** Characters after which a step ends: everybody waits while words are made of them, some 1 ms, or 7 ms beyond ASCII. */
const STEP_CHARACTERS = 32_768;

/** A search names its conversations up to so many; beyond, only the join with `members` decides. */
const PLACES_MAX = 200;

/** Full text, as each kind of database has it. */
interface FullText {
  /** Entries `s` that match. */
  readonly hits: string;
  /** Joins, and no sooner than it is written. */
  readonly then: string;
  readonly match: string;
  /** Each token begins a word; one of the places is there, unless none is given. Places first: they are fewer. */
  readonly expression: (tokens: readonly string[], places: readonly string[]) => string;
}

const INNODB: FullText = {
  hits: 'search_entries s',
  then: 'STRAIGHT_JOIN',
  match: 'MATCH (s.words) AGAINST (? IN BOOLEAN MODE)',
  expression: (tokens, places) =>
    [...(places.length > 0 ? [`+(${places.join(' ')})`] : []), ...tokens.map((token) => `+${token}*`)].join(' '),
};

const FTS5: FullText = {
  hits: 'search_words w CROSS JOIN search_entries s ON s.id = w.rowid',
  then: 'CROSS JOIN',
  match: 'search_words MATCH ?',
  expression: (tokens, places) =>
    [...(places.length > 0 ? [`(${places.join(' OR ')})`] : []), ...tokens.map((token) => `${token}*`)].join(' AND '),
};

/** What a message is found by. */
interface Entry {
  readonly seq: number;
  /** Its tokens, separated by spaces; empty for what has no words, as a tombstone. */
  readonly words: string;
}

/** The index is `search_entries`, and its heads `search_heads`; SQLite finds entries through `search_words`. */
@Injectable()
export class SearchRepository extends SearchStore {
  constructor(private readonly database: Database) {
    super();
  }

  /**
   * Membership is joined, so that it counts as it is at that moment. The joins run in the order in which they are
   * written, the index first, and rows are sorted while they are narrow.
   */
  override async find({ userId, conversationId, tokens, after }: SearchQuery, limit: number): Promise<MessageView[]> {
    const { hits, then, match, expression } = this.database.isSqlite ? FTS5 : INNODB;
    const places = await this.places(userId, conversationId);
    const rows = await this.database.rows<MessageRow>(
      `${SELECT_MESSAGES}
       JOIN (
         SELECT f.conversation_id, f.seq
         FROM ${hits}
         ${then} members v ON v.conversation_id = s.conversation_id AND v.user_id = ? AND v.left_at IS NULL
         ${then} messages f ON f.conversation_id = s.conversation_id AND f.seq = s.seq AND f.deleted_at IS NULL
         WHERE ${match}
         ${after ? 'AND (f.created_at < ? OR (f.created_at = ? AND f.id < ?))' : ''}
         ORDER BY f.created_at DESC, f.id DESC LIMIT ${limit}
       ) hit ON hit.conversation_id = m.conversation_id AND hit.seq = m.seq
       ORDER BY m.created_at DESC, m.id DESC`,
      [
        userId,
        expression(tokens, places.map(conversationToken)),
        ...(after ? [new Date(after[0]), new Date(after[0]), after[1]] : []),
      ],
    );
    return rows.map(messageOf);
  }

  override async behind(userId: string, conversationId: string | null, limit: number): Promise<string[]> {
    const rows = await this.database.rows(
      `SELECT c.id FROM members m
       JOIN conversations c ON c.id = m.conversation_id
       LEFT JOIN search_heads h ON h.conversation_id = c.id
       WHERE m.user_id = ? AND m.left_at IS NULL ${conversationId === null ? '' : 'AND c.id = ?'}
         AND c.last_seq > 0 AND c.rev > COALESCE(h.rev, 0)
       ORDER BY c.active_at DESC LIMIT ${limit}`,
      [userId, ...(conversationId === null ? [] : [conversationId])],
    );
    return rows.map((row) => String(row['id']));
  }

  /**
   * Reads outside of the transaction, which stays short, and writes only when the head is still where it was: several
   * nodes may be at it. How far the log had come is read before the messages, so that none is passed over; what came meanwhile is done twice.
   */
  override async follow(conversationId: string): Promise<boolean> {
    const [row] = await this.database.rows(
      `SELECT c.rev, h.rev AS head FROM conversations c LEFT JOIN search_heads h ON h.conversation_id = c.id
       WHERE c.id = ?`,
      [conversationId],
    );
    if (!row) return false;
    if (row['head'] === null) await this.database.write((tx) => begin(tx, conversationId));
    const [head, end] = [Number(row['head'] ?? 0), Number(row['rev'])];
    if (head >= end) return false;
    const changed = await this.changed(conversationId, head);
    const count = stepOf(changed.map(({ length }) => length));
    const last = changed[count - 1]?.rev ?? head;
    const isLast = count === changed.length && changed.length < STEP_MESSAGES;
    const next = isLast ? end : last;
    const entries = await this.entries(conversationId, head, last);
    const moved = await this.database.write(async (tx) => {
      if (!(await moveHead(tx, conversationId, head, next))) return false;
      await replace(tx, conversationId, entries);
      return true;
    });
    return !moved || next < end;
  }

  /** The first messages that changed after that `rev`, without their text: most of it may be for later steps. */
  private async changed(conversationId: string, after: number): Promise<{ rev: number; length: number }[]> {
    const rows = await this.database.rows(
      `SELECT rev, ${this.database.isSqlite ? 'LENGTH' : 'CHAR_LENGTH'}(text) AS length FROM messages
       WHERE conversation_id = ? AND rev > ? ORDER BY rev LIMIT ${STEP_MESSAGES}`,
      [conversationId, after],
    );
    return rows.map(({ rev, length }) => ({ rev: Number(rev), length: Number(length) }));
  }

  /**
   * What is to be written of the messages in that range of `rev`. One that changed since the range was chosen is not in
   * it any more: its `rev` is then above all that had been given, and so comes with a later step.
   */
  private async entries(conversationId: string, after: number, last: number): Promise<Entry[]> {
    if (last === after) return [];
    const rows = await this.database.rows(
      'SELECT seq, text FROM messages WHERE conversation_id = ? AND rev > ? AND rev <= ?',
      [conversationId, after, last],
    );
    return rows.map(({ seq, text }) => ({ seq: Number(seq), words: wordsOf(conversationId, String(text)) }));
  }

  private async places(userId: string, conversationId: string | null): Promise<string[]> {
    if (conversationId !== null) return [conversationId];
    const rows = await this.database.rows(
      `SELECT conversation_id FROM members WHERE user_id = ? AND left_at IS NULL LIMIT ${PLACES_MAX + 1}`,
      [userId],
    );
    return rows.length > PLACES_MAX ? [] : rows.map((row) => String(row['conversation_id']));
  }
}

/** How many of messages of these lengths are for one step: one, whatever its length, or more. */
function stepOf(lengths: readonly number[]): number {
  let characters = 0;
  const last = lengths.findIndex((length) => (characters += length) >= STEP_CHARACTERS);
  return last < 0 ? lengths.length : last + 1;
}

function wordsOf(conversationId: string, text: string): string {
  const tokens = textTokens(text);
  return tokens.length === 0 ? '' : [conversationToken(conversationId), ...tokens].join(' ');
}

/** Makes the head, which refers to the conversation and so would wait for its lock in any case; what follows does not. */
async function begin(tx: Transaction, conversationId: string): Promise<void> {
  const [conversation] = await tx.rows(`SELECT id FROM conversations WHERE id = ?${tx.forUpdate}`, [conversationId]);
  const [head] = await tx.rows('SELECT rev FROM search_heads WHERE conversation_id = ?', [conversationId]);
  if (conversation && !head) tx.insert('search_heads', [{ conversation_id: conversationId, rev: 0 }]);
}

async function moveHead(tx: Transaction, conversationId: string, from: number, to: number): Promise<boolean> {
  const moved = await tx.run('UPDATE search_heads SET rev = ? WHERE conversation_id = ? AND rev = ?', [
    to,
    conversationId,
    from,
  ]);
  return moved === 1;
}

/** Writes those that are not there as they should be: a reaction changes a message, and none of its words. */
async function replace(tx: Transaction, conversationId: string, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return;
  const place = `conversation_id = ? AND seq IN (${placeholders(entries.length)})`;
  const stored = await tx.rows(`SELECT seq, words FROM search_entries WHERE ${place}`, [
    conversationId,
    ...entries.map(({ seq }) => seq),
  ]);
  const before = new Map(stored.map((row) => [Number(row['seq']), String(row['words'])]));
  const other = entries.filter(({ seq, words }) => (before.get(seq) ?? '') !== words);
  const outdated = other.filter(({ seq }) => before.has(seq));
  if (outdated.length > 0) {
    await tx.run(`DELETE FROM search_entries WHERE conversation_id = ? AND seq IN (${placeholders(outdated.length)})`, [
      conversationId,
      ...outdated.map(({ seq }) => seq),
    ]);
  }
  const fresh = other.filter(({ words }) => words !== '');
  tx.insert(
    'search_entries',
    fresh.map(({ seq, words }) => ({ conversation_id: conversationId, seq, words })),
  );
}
