import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';

import { type Membership, refuseBlocked, type Role, type Standing } from '../conversations/conversation.js';
import { conversationOf, peerOfRow } from '../read-models/conversation.queries.js';
import { messageOf, SELECT_MESSAGES } from '../read-models/message.queries.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { Database } from '../infrastructure/database/database.js';
import { GroupCommit, InDoubt } from '../infrastructure/database/group-commit.js';
import type { Row, Transaction } from '../infrastructure/database/transaction.js';
import { blockedAmong } from '../blocks/blocks.queries.js';
import { bringsNews, type MessageChange, type StoredMessage } from './message.js';
import { applyMessageChange } from './message-changes.queries.js';
import { appendAll } from './message-append.queries.js';
import { type Changed, MessageStore, type NewMessage, type Sent } from './messages.store.js';

/** Sends in doubt that are remembered. */
const IN_DOUBT_MAX = 10_000;

@Injectable()
export class MessagesRepository extends MessageStore {
  /** Ids of sends of which nobody knows whether they are stored, until one that comes again finds out. */
  private readonly inDoubt = new LRUCache<string, true>({ max: IN_DOUBT_MAX });

  constructor(
    private readonly database: Database,
    private readonly commits: GroupCommit,
  ) {
    super();
  }

  override async append(message: NewMessage, stored?: (sent: Sent) => void): Promise<Sent> {
    const weight = message.text.length + (message.metadata?.length ?? 0);
    let wasInDoubt = false;
    const known = (sent: Sent): Sent => (wasInDoubt ? { ...sent, created: true } : sent);
    // After the commit: a transaction may be run again, and would find no doubt any more.
    const done = (sent: Sent): void => {
      wasInDoubt = this.inDoubt.delete(message.id);
      stored?.(known(sent));
    };
    try {
      return known(await this.commits.add(message.conversationId, appendAll, message, done, weight));
    } catch (error) {
      if (error instanceof InDoubt) this.inDoubt.set(message.id, true);
      throw error;
    }
  }

  override async change(
    id: string,
    actorId: string,
    now: Date,
    decide: (message: StoredMessage, standing: Standing) => MessageChange | null,
    stored?: (changed: Changed) => void,
  ): Promise<Changed | null> {
    const [place] = await this.database.rows('SELECT conversation_id FROM messages WHERE id = ?', [id]);
    if (!place) return null;
    const conversationId = String(place['conversation_id']);
    return this.commits.change(
      conversationId,
      async (tx) => {
        const [row] = await tx.rows('SELECT * FROM conversations WHERE id = ?', [conversationId]);
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
      },
      (result) => {
        if (result) stored?.(result);
      },
    );
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
    const [row] = await this.database.rows(
      `${SELECT_MESSAGES} JOIN conversations c ON c.id = m.conversation_id WHERE m.id = ?`,
      [id],
    );
    return row ? messageOf(row) : null;
  }
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

const comparable = ({ sender, conversationId, text, editedAt, deletedAt }: MessageView) => ({
  senderId: sender.id,
  conversationId,
  text,
  edited: editedAt !== null,
  deleted: deletedAt !== null,
});
