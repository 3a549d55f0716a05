import { Injectable } from '@nestjs/common';

import { DomainError, invalidField } from '../common/domain-error.js';
import {
  authoriseMember,
  type Membership,
  noSuchConversation,
  refuseBlocked,
  type Role,
  type Standing,
} from '../conversations/conversation.js';
import { conversationOf, peerOfRow } from '../conversations/conversation-rows.repository.js';
import { messageOf, SELECT_MESSAGES } from '../conversations/message-rows.repository.js';
import type { MessageView } from '../conversations/message-view.dto.js';
import { Database, isDuplicate, placeholders, type Row, type Transaction } from '../database/database.js';
import { blockedAmong } from '../users/blocks.repository.js';
import { bringsNews, isRepetition, type MessageChange, type StoredMessage } from './message.js';
import { applyMessageChange } from './message-changes.repository.js';
import { MessageStore, type NewMessage } from './messages.store.js';

@Injectable()
export class MessagesRepository extends MessageStore {
  constructor(private readonly database: Database) {
    super();
  }

  override async append(message: NewMessage): Promise<{ created: boolean; message: MessageView }> {
    try {
      return await this.database.write((tx) => append(tx, message));
    } catch (error) {
      // The id was stored meanwhile, in another conversation: the second look finds it.
      if (isDuplicate(error)) return this.database.write((tx) => append(tx, message));
      throw error;
    }
  }

  override change(
    id: string,
    actorId: string,
    now: Date,
    decide: (message: StoredMessage, standing: Standing) => MessageChange | null,
  ): Promise<{ changed: boolean; message: MessageView } | null> {
    return this.database.write(async (tx) => {
      const [place] = await tx.rows('SELECT conversation_id FROM messages WHERE id = ?', [id]);
      if (!place) return null;
      const conversationId = String(place['conversation_id']);
      const [row] = await tx.rows(`SELECT * FROM conversations WHERE id = ?${tx.forUpdate}`, [conversationId]);
      const message = row && (await storedMessage(tx, id));
      if (!message) return null;
      const conversation = conversationOf(row);
      const change = decide(comparable(message), {
        conversation,
        membership: await membershipOf(tx, conversationId, actorId),
        peerId: peerOfRow(row, actorId),
      });
      if (change && bringsNews(change)) await refuseBlockedPeer(tx, row, actorId);
      const changed = change && (await applyMessageChange(tx, message, actorId, change, conversation.rev + 1, now));
      return { changed: changed !== null, message: changed ?? message };
    });
  }

  override async range(conversationId: string, first: number, last: number): Promise<MessageView[]> {
    if (first > last) return [];
    const rows = await this.database.rows(
      `${SELECT_MESSAGES} WHERE m.conversation_id = ? AND m.seq BETWEEN ? AND ? ORDER BY m.seq`,
      [conversationId, first, last],
    );
    return rows.map(messageOf);
  }

  override async byId(id: string): Promise<MessageView | null> {
    const [row] = await this.database.rows(`${SELECT_MESSAGES} WHERE m.id = ?`, [id]);
    return row ? messageOf(row) : null;
  }
}

async function append(tx: Transaction, message: NewMessage): Promise<{ created: boolean; message: MessageView }> {
  const { id, conversationId, senderId } = message;
  const [row] = await tx.rows(`SELECT * FROM conversations WHERE id = ?${tx.forUpdate}`, [conversationId]);
  const stored = await storedMessage(tx, id);
  if (stored) {
    if (isRepetition(comparable(stored), message)) return { created: false, message: stored };
    throw new DomainError('id_conflict', 'That id names another message.');
  }
  if (!row) throw noSuchConversation();
  const conversation = conversationOf(row);
  authoriseMember({ conversation, membership: await membershipOf(tx, conversationId, senderId) });
  await refuseBlockedPeer(tx, row, senderId);
  const seq = conversation.lastSeq + 1;
  await tx.insert('messages', [
    {
      conversation_id: conversationId,
      seq,
      id,
      rev: conversation.rev + 1,
      sender_id: senderId,
      text: message.text,
      reply_to_seq: message.replyToId === null ? null : await quotedSeq(tx, conversationId, message.replyToId),
      mentions: message.mentions.length === 0 ? null : await mentionsJson(tx, conversationId, message.mentions),
      metadata: message.metadata,
      created_at: message.createdAt,
    },
  ]);
  await tx.run('UPDATE conversations SET last_seq = ?, rev = rev + 1, active_at = ? WHERE id = ?', [
    seq,
    message.createdAt,
    conversationId,
  ]);
  await tx.run('UPDATE members SET read_seq = ?, delivered_seq = ? WHERE conversation_id = ? AND user_id = ?', [
    seq,
    seq,
    conversationId,
    senderId,
  ]);
  const created = await storedMessage(tx, id);
  if (!created) throw new Error('A message that was inserted is there.');
  return { created: true, message: created };
}

async function storedMessage(tx: Transaction, id: string): Promise<MessageView | null> {
  const [row] = await tx.rows(`${SELECT_MESSAGES} WHERE m.id = ?`, [id]);
  return row ? messageOf(row) : null;
}

async function membershipOf(tx: Transaction, id: string, userId: string): Promise<Membership | null> {
  const [row] = await tx.rows(
    'SELECT role FROM members WHERE conversation_id = ? AND user_id = ? AND left_at IS NULL',
    [id, userId],
  );
  return row ? { userId, role: row['role'] as Role } : null;
}

/** Nothing passes between two in a direct conversation while one blocks the other. */
async function refuseBlockedPeer(tx: Transaction, conversation: Row, userId: string): Promise<void> {
  const peer = peerOfRow(conversation, userId);
  if (peer !== null) refuseBlocked(await blockedAmong(tx, userId, [peer]));
}

async function quotedSeq(tx: Transaction, conversationId: string, messageId: string): Promise<number> {
  const [row] = await tx.rows('SELECT seq FROM messages WHERE id = ? AND conversation_id = ?', [
    messageId,
    conversationId,
  ]);
  if (!row) throw new DomainError('not_found', 'There is no such message to reply to.');
  return Number(row['seq']);
}

async function mentionsJson(tx: Transaction, conversationId: string, userIds: readonly string[]): Promise<string> {
  const rows = await tx.rows(
    `SELECT user_id FROM members
     WHERE conversation_id = ? AND left_at IS NULL AND user_id IN (${placeholders(userIds.length)})`,
    [conversationId, ...userIds],
  );
  if (rows.length < userIds.length) throw invalidField('mentions', 'member', 'must name members of the conversation');
  return JSON.stringify(userIds);
}

const comparable = ({ sender, conversationId, text, editedAt, deletedAt }: MessageView) => ({
  senderId: sender.id,
  conversationId,
  text,
  edited: editedAt !== null,
  deleted: deletedAt !== null,
});
