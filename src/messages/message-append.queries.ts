import { blockedPairs } from '../blocks/blocks.queries.js';
import { DomainError } from '../common/domain-error.js';
import { compositeKey } from '../common/ids.js';
import { firstCharacters } from '../common/text.js';
import { type ConversationType, peerOf, type Role } from '../conversations/conversation.js';
import type { DomainEvent } from '../domain-events.js';
import { placeholders } from '../infrastructure/database/database.js';
import type { Batch, LockedConversation, Outcome } from '../infrastructure/database/group-commit.js';
import type { RowOf, Transaction } from '../infrastructure/database/transaction.js';
import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import { type MessageView, PREVIEW_MAX, type ReplyView, UNCHANGED } from '../read-models/message.view.dto.js';
import { type AppendedMessage, type AppendFacts, type AppendPlan, planAppend } from './message-append.js';
import type { MessageEntity } from './message.entity.js';
import type { NewMessage } from './message.js';
import { storedMessage } from './messages.dto.js';
import { messageCreated } from './messages.store.js';

/** A send's id if a message has it, and the sender's membership and profile if the sender is a member. */
interface SenderRow {
  readonly conversation_id: string;
  readonly user_id: string;
  readonly known_id: string | null;
  readonly role: Role | null;
  readonly username: string | null;
  readonly display_name: string | null;
  readonly avatar_url: string | null;
}

type QuotedRow = Pick<RowOf<MessageEntity>, 'id' | 'conversation_id' | 'seq' | 'sender_id' | 'text'>;
type MemberRow = Readonly<{ conversation_id: string; user_id: string }>;

/** The rows that a batch is decided on; each map and set is read with one query. */
interface Loaded {
  readonly conversations: ReadonlyMap<string, LockedConversation>;
  readonly stored: ReadonlyMap<string, MessageView>;
  /** By conversation and user. */
  readonly senders: ReadonlyMap<string, SenderRow>;
  /** Pairs of users. */
  readonly blocked: ReadonlySet<string>;
  readonly quoted: ReadonlyMap<string, QuotedRow>;
  /** By conversation and user. */
  readonly mentioned: ReadonlySet<string>;
}

/**
 * Stores the sends of a batch as {@link planAppend} decides: two round trips for the rows, none for the writes, which
 * leave with the commit.
 */
export async function appendAll(
  { tx, conversations, isInDoubt }: Batch,
  sends: readonly NewMessage[],
): Promise<Outcome<MessageView, DomainEvent>[]> {
  const loaded = await load(tx, sends, conversations);
  const plan = planAppend(factsOf(loaded, isInDoubt), sends);
  const views = new Map([...loaded.stored, ...appendedViews(plan.messages, loaded)]);
  write(tx, plan);
  return plan.outcomes.map((outcome) => {
    if (outcome instanceof DomainError) return outcome;
    const result = views.get(outcome.id);
    if (!result) throw new Error('An accepted send is stored.');
    return { result, events: outcome.isNew ? [messageCreated(result)] : [] };
  });
}

function factsOf(loaded: Loaded, isInDoubt: Batch['isInDoubt']): AppendFacts {
  return {
    conversation(id) {
      const row = loaded.conversations.get(id);
      if (!row) return null;
      return { type: row.type as ConversationType, directKey: row.direct_key, lastSeq: row.last_seq, rev: row.rev };
    },
    membership(conversationId, userId) {
      const role = loaded.senders.get(compositeKey(conversationId, userId))?.role;
      return role ? { userId, role } : null;
    },
    isMember: (conversationId, userId) => loaded.mentioned.has(compositeKey(conversationId, userId)),
    isBlocked: (userId, otherId) => loaded.blocked.has(compositeKey(userId, otherId)),
    stored(id) {
      const message = loaded.stored.get(id);
      return message ? storedMessage(message) : null;
    },
    quoted(id) {
      const row = loaded.quoted.get(id);
      return row ? { conversationId: row.conversation_id, seq: row.seq } : null;
    },
    isInDoubt,
  };
}

/** The views of new messages, from the rows at hand: no query reads them back. */
function appendedViews(messages: readonly AppendedMessage[], { senders, quoted }: Loaded): Map<string, MessageView> {
  const appended = new Map(messages.map((message) => [message.id, message]));
  const replyOf = (id: string, seq: number): ReplyView => {
    const message = appended.get(id);
    const row = quoted.get(id);
    const preview = firstCharacters(message?.text ?? row?.text ?? '', PREVIEW_MAX);
    return { id, seq, senderId: message?.senderId ?? row?.sender_id ?? '', preview };
  };
  return new Map(
    messages.map((message): [string, MessageView] => {
      const { id, conversationId, senderId, seq, rev, text, replyToId, replyToSeq, metadata } = message;
      const sender = senders.get(compositeKey(conversationId, senderId));
      return [
        id,
        {
          id,
          conversationId,
          seq,
          rev,
          kind: 'text',
          sender: {
            id: senderId,
            username: sender?.username ?? null,
            displayName: sender?.display_name ?? null,
            avatarUrl: sender?.avatar_url ?? null,
          },
          text,
          replyTo: replyToId === null || replyToSeq === null ? null : replyOf(replyToId, replyToSeq),
          mentions: [...message.mentions],
          reactions: [],
          metadata: metadata === null ? null : (JSON.parse(metadata) as Record<string, unknown>),
          createdAt: message.createdAt.toISOString(),
          ...UNCHANGED,
        },
      ];
    }),
  );
}

/** Inserts the messages, moves the counters of their conversations, and the markers of their senders. */
function write(tx: Transaction, { messages, logs }: AppendPlan): void {
  if (messages.length === 0) return;
  tx.insert(
    'messages',
    messages.map((message) => ({
      conversation_id: message.conversationId,
      seq: message.seq,
      id: message.id,
      rev: message.rev,
      sender_id: message.senderId,
      text: message.text,
      reply_to_seq: message.replyToSeq,
      mentions: message.mentions.length === 0 ? null : JSON.stringify(message.mentions),
      metadata: message.metadata,
      created_at: message.createdAt,
    })),
  );
  tx.updateFrom(
    'conversations',
    ['id'],
    { last_seq: 'last_seq', rev: 'rev', active_at: 'active_at' },
    tx.table(
      { id: 'id', last_seq: 'integer', rev: 'integer', active_at: 'moment' },
      Array.from(logs, ([id, { lastSeq, rev, activeAt }]) => [id, lastSeq, rev, activeAt]),
    ),
  );
  // Later messages of a sender in a conversation replace earlier ones.
  const markers = new Map(
    messages.map(({ conversationId, senderId, seq }) => [
      compositeKey(conversationId, senderId),
      [conversationId, senderId, seq],
    ]),
  );
  tx.updateFrom(
    'members',
    ['conversation_id', 'user_id'],
    { read_seq: 'seq', delivered_seq: 'seq' },
    tx.table({ conversation_id: 'id', user_id: 'id', seq: 'integer' }, [...markers.values()]),
  );
}

async function load(tx: Transaction, sends: readonly NewMessage[], locked: Batch['conversations']): Promise<Loaded> {
  const [conversations, { senders, known }, quoted, mentioned] = await Promise.all([
    locked,
    sendersOf(tx, sends),
    quotedMessages(tx, sends),
    mentionedMembers(tx, sends),
  ]);
  const peers = sends.flatMap(({ conversationId, senderId }): [string, string][] => {
    const peerId = peerOf(conversations.get(conversationId)?.direct_key ?? null, senderId);
    return peerId === null ? [] : [[senderId, peerId]];
  });
  const [stored, blocked] = await Promise.all([storedMessages(tx, known), blockedPairs(tx, peers)]);
  return { conversations, stored, senders, blocked, quoted, mentioned };
}

async function sendersOf(
  tx: Transaction,
  sends: readonly NewMessage[],
): Promise<{ senders: Map<string, SenderRow>; known: string[] }> {
  const values = tx.table(
    { id: 'id', conversation_id: 'id', user_id: 'id' },
    sends.map(({ id, conversationId, senderId }) => [id, conversationId, senderId]),
  );
  const rows = await tx.rows<SenderRow>(
    `SELECT v.conversation_id, v.user_id, s.id AS known_id, m.role, u.username, u.display_name, u.avatar_url
     FROM ${values.sql}
     LEFT JOIN messages s ON s.id = v.id
     LEFT JOIN members m ON m.conversation_id = v.conversation_id AND m.user_id = v.user_id AND m.left_at IS NULL
     LEFT JOIN users u ON u.id = m.user_id`,
    [values.parameter],
  );
  return {
    senders: new Map(rows.map((row) => [compositeKey(row.conversation_id, row.user_id), row])),
    known: rows.flatMap(({ known_id }) => known_id ?? []),
  };
}

async function storedMessages(tx: Transaction, ids: readonly string[]): Promise<Map<string, MessageView>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<MessageRow>(`${SELECT_MESSAGES} WHERE m.id IN (${placeholders(ids.length)})`, ids);
  return new Map(rows.map(messageOf).map((message) => [message.id, message]));
}

async function quotedMessages(tx: Transaction, sends: readonly NewMessage[]): Promise<Loaded['quoted']> {
  const ids = [...new Set(sends.flatMap(({ replyToId }) => replyToId ?? []))];
  if (ids.length === 0) return new Map();
  const rows = await tx.rows<QuotedRow>(
    `SELECT id, conversation_id, seq, sender_id, text FROM messages WHERE id IN (${placeholders(ids.length)})`,
    ids,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

async function mentionedMembers(tx: Transaction, sends: readonly NewMessage[]): Promise<Set<string>> {
  const mentioning = sends.filter(({ mentions }) => mentions.length > 0);
  if (mentioning.length === 0) return new Set();
  const conditions = mentioning.map(
    ({ mentions }) => `(conversation_id = ? AND user_id IN (${placeholders(mentions.length)}))`,
  );
  const rows = await tx.rows<MemberRow>(
    `SELECT conversation_id, user_id FROM members WHERE left_at IS NULL AND (${conditions.join(' OR ')})`,
    mentioning.flatMap(({ conversationId, mentions }) => [conversationId, ...mentions]),
  );
  return new Set(rows.map((row) => compositeKey(row.conversation_id, row.user_id)));
}
