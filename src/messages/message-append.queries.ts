import { DomainError, invalidField } from '../common/domain-error.js';
import { firstCharacters } from '../common/text.js';
import {
  authoriseMember,
  type ConversationType,
  noSuchConversation,
  refuseBlocked,
  type Role,
} from '../conversations/conversation.js';
import type { DomainEvent } from '../domain-events.js';
import { peerOfRow } from '../read-models/conversation.queries.js';
import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import { type MessageView, PREVIEW_MAX, type ReplyView } from '../read-models/message.view.dto.js';
import { placeholders } from '../infrastructure/database/database.js';
import type { Batch, Outcome } from '../infrastructure/database/group-commit.js';
import type { Row, Transaction } from '../infrastructure/database/transaction.js';
import { blockedPairs } from '../blocks/blocks.queries.js';
import { compositeKey } from '../common/composite-key.js';
import { isRepetition } from './message.js';
import { storedMessage } from './messages.dto.js';
import { messageCreated, type NewMessage } from './messages.store.js';

/** A conversation's counters while the batch runs. */
interface Log {
  readonly row: Row;
  readonly type: ConversationType;
  lastSeq: number;
  rev: number;
  activeAt: Date;
}

/** What the sends of a batch are decided on, each part read with one query. */
interface Facts {
  readonly stored: ReadonlyMap<string, MessageView>;
  readonly senders: ReadonlyMap<string, Row>;
  readonly blocked: ReadonlySet<string>;
  readonly quoted: ReadonlyMap<string, ReplyView & { conversationId: string }>;
  readonly mentioned: ReadonlySet<string>;
}

/** Stores messages, each as the next of its conversation, and moves their senders' markers. */
export async function appendAll(
  { tx, conversations, isInDoubt }: Batch,
  messages: readonly NewMessage[],
): Promise<Outcome<MessageView, DomainEvent>[]> {
  const facts = await factsFor(tx, messages, conversations);
  const logs = new Map(
    Array.from(await conversations, ([id, row]): [string, Log] => {
      return [
        id,
        { row, type: row.type as ConversationType, lastSeq: row.last_seq, rev: row.rev, activeAt: new Date(0) },
      ];
    }),
  );
  const added = new Map<string, MessageView>();
  const published = new Set<string>();
  const outcomes = messages.map((message): Outcome<MessageView, DomainEvent> => {
    try {
      const stored = added.get(message.id) ?? facts.stored.get(message.id);
      const view = stored ? repetition(stored, message) : next(message, logs.get(message.conversationId), facts, added);
      if (!stored) added.set(view.id, view);
      const isNew = (!stored || isInDoubt(view.id)) && !published.has(view.id);
      published.add(view.id);
      return { result: view, events: isNew ? [messageCreated(view)] : [] };
    } catch (error) {
      if (error instanceof DomainError) return error;
      throw error;
    }
  });
  write(tx, [...added.values()], logs);
  return outcomes;
}

/** What is stored under the id of a send. @throws DomainError `id_conflict` for another message */
function repetition(stored: MessageView, send: NewMessage): MessageView {
  if (isRepetition(storedMessage(stored), send)) return stored;
  throw new DomainError('id_conflict', 'That id names another message.');
}

/** The message as the next of its log. @throws DomainError */
function next(
  message: NewMessage,
  log: Log | undefined,
  facts: Facts,
  added: ReadonlyMap<string, MessageView>,
): MessageView {
  const { id, conversationId, senderId } = message;
  if (!log) throw noSuchConversation();
  const sender = facts.senders.get(compositeKey(conversationId, senderId));
  const membership = sender ? { userId: senderId, role: sender['role'] as Role } : null;
  authoriseMember({ conversation: log, membership });
  const peer = peerOfRow(log.row as { direct_key: string | null }, senderId);
  if (peer !== null && facts.blocked.has(compositeKey(senderId, peer))) refuseBlocked([peer]);
  const replyTo = message.replyToId === null ? null : quote(message.replyToId, conversationId, facts, added);
  if (!message.mentions.every((userId) => facts.mentioned.has(compositeKey(conversationId, userId)))) {
    throw invalidField('mentions', 'member', 'must name members of the conversation');
  }
  log.activeAt = message.createdAt;
  return {
    id,
    conversationId,
    seq: ++log.lastSeq,
    rev: ++log.rev,
    kind: 'text',
    sender: {
      id: senderId,
      username: (sender?.['username'] ?? null) as string | null,
      displayName: (sender?.['display_name'] ?? null) as string | null,
      avatarUrl: (sender?.['avatar_url'] ?? null) as string | null,
    },
    text: message.text,
    replyTo,
    mentions: [...message.mentions],
    reactions: [],
    metadata: message.metadata === null ? null : (JSON.parse(message.metadata) as Record<string, unknown>),
    createdAt: message.createdAt.toISOString(),
    editedAt: null,
    deletedAt: null,
  };
}

function quote(
  id: string,
  conversationId: string,
  { quoted }: Facts,
  added: ReadonlyMap<string, MessageView>,
): ReplyView {
  const here = added.get(id);
  const found = here
    ? { ...here, senderId: here.sender.id, preview: firstCharacters(here.text, PREVIEW_MAX) }
    : quoted.get(id);
  if (found?.conversationId !== conversationId) {
    throw new DomainError('not_found', 'There is no such message to reply to.');
  }
  return { id, seq: found.seq, senderId: found.senderId, preview: found.preview };
}

function write(tx: Transaction, messages: readonly MessageView[], logs: ReadonlyMap<string, Log>): void {
  if (messages.length === 0) return;
  tx.insert(
    'messages',
    messages.map((message) => ({
      conversation_id: message.conversationId,
      seq: message.seq,
      id: message.id,
      rev: message.rev,
      sender_id: message.sender.id,
      text: message.text,
      reply_to_seq: message.replyTo?.seq ?? null,
      mentions: message.mentions.length === 0 ? null : JSON.stringify(message.mentions),
      metadata: message.metadata === null ? null : JSON.stringify(message.metadata),
      created_at: new Date(message.createdAt),
    })),
  );
  const moved = [...new Set(messages.map(({ conversationId }) => conversationId))].flatMap((id) => {
    const log = logs.get(id);
    return log ? [[id, log.lastSeq, log.rev, log.activeAt]] : [];
  });
  const counters = { id: 'id', last_seq: 'integer', rev: 'integer', active_at: 'moment' } as const;
  tx.updateFrom(
    'conversations',
    ['id'],
    { last_seq: 'last_seq', rev: 'rev', active_at: 'active_at' },
    tx.table(counters, moved),
  );
  // The last message of each sender in each conversation counts.
  const markers = new Map(
    messages.map(({ conversationId, sender, seq }) => [
      compositeKey(conversationId, sender.id),
      [conversationId, sender.id, seq],
    ]),
  );
  tx.updateFrom(
    'members',
    ['conversation_id', 'user_id'],
    { read_seq: 'seq', delivered_seq: 'seq' },
    tx.table({ conversation_id: 'id', user_id: 'id', seq: 'integer' }, [...markers.values()]),
  );
}

async function factsFor(
  tx: Transaction,
  messages: readonly NewMessage[],
  conversations: Batch['conversations'],
): Promise<Facts> {
  const [locked, { senders, known }, quoted, mentioned] = await Promise.all([
    conversations,
    sendersOf(tx, messages),
    quotedMessages(tx, messages),
    mentionedMembers(tx, messages),
  ]);
  const peers = messages.flatMap(({ conversationId, senderId }): [string, string][] => {
    const row = locked.get(conversationId);
    const peer = row ? peerOfRow(row, senderId) : null;
    return peer === null ? [] : [[senderId, peer]];
  });
  const [stored, blocked] = await Promise.all([storedMessages(tx, known), blockedPairs(tx, peers)]);
  return { stored, senders, blocked, quoted, mentioned };
}

/** The senders' places and profiles, and which ids are stored already. */
async function sendersOf(
  tx: Transaction,
  messages: readonly NewMessage[],
): Promise<{ senders: Map<string, Row>; known: string[] }> {
  const values = tx.table(
    { id: 'id', conversation_id: 'id', user_id: 'id' },
    messages.map(({ id, conversationId, senderId }) => [id, conversationId, senderId]),
  );
  const rows = await tx.rows(
    `SELECT v.conversation_id, v.user_id, s.id AS known_id, m.role, u.username, u.display_name, u.avatar_url
     FROM ${values.sql}
     LEFT JOIN messages s ON s.id = v.id
     LEFT JOIN members m ON m.conversation_id = v.conversation_id AND m.user_id = v.user_id AND m.left_at IS NULL
     LEFT JOIN users u ON u.id = m.user_id`,
    [values.parameter],
  );
  return {
    senders: new Map(
      rows
        .filter((row) => row['role'] !== null)
        .map((row) => [compositeKey(String(row['conversation_id']), String(row['user_id'])), row]),
    ),
    known: rows.flatMap((row) => (row['known_id'] === null ? [] : String(row['known_id']))),
  };
}

async function storedMessages(tx: Transaction, ids: readonly string[]): Promise<Map<string, MessageView>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<MessageRow>(`${SELECT_MESSAGES} WHERE m.id IN (${placeholders(ids.length)})`, ids);
  return new Map(rows.map(messageOf).map((message) => [message.id, message]));
}

async function quotedMessages(tx: Transaction, messages: readonly NewMessage[]): Promise<Facts['quoted']> {
  const ids = [...new Set(messages.flatMap(({ replyToId }) => replyToId ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await tx.rows(
    `SELECT id, conversation_id, seq, sender_id, text FROM messages WHERE id IN (${placeholders(ids.length)})`,
    ids,
  );
  return new Map(
    rows.map((row) => [
      String(row['id']),
      {
        id: String(row['id']),
        conversationId: String(row['conversation_id']),
        seq: Number(row['seq']),
        senderId: String(row['sender_id']),
        preview: firstCharacters(String(row['text']), PREVIEW_MAX),
      },
    ]),
  );
}

async function mentionedMembers(tx: Transaction, messages: readonly NewMessage[]): Promise<Set<string>> {
  const mentioning = messages.filter(({ mentions }) => mentions.length > 0);
  if (mentioning.length === 0) return new Set();
  const conditions = mentioning.map(
    ({ mentions }) => `(conversation_id = ? AND user_id IN (${placeholders(mentions.length)}))`,
  );
  const rows = await tx.rows(
    `SELECT conversation_id, user_id FROM members WHERE left_at IS NULL AND (${conditions.join(' OR ')})`,
    mentioning.flatMap(({ conversationId, mentions }) => [conversationId, ...mentions]),
  );
  return new Set(rows.map((row) => compositeKey(String(row['conversation_id']), String(row['user_id']))));
}
