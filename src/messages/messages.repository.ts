import { Injectable } from '@nestjs/common';

import type { Stored } from '../common/event-bus.js';
import { type Membership, refuseBlocked, type Role, type Standing } from '../conversations/conversation.js';
import { conversationOf, type ConversationRow, peerOfRow } from '../read-models/conversation.queries.js';
import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import type { DomainEvent } from '../domain-events.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { Database } from '../infrastructure/database/database.js';
import { GroupCommit } from '../infrastructure/database/group-commit.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { blockedAmong } from '../blocks/blocks.queries.js';
import { bringsNews, type MessageChange, type StoredMessage } from './message.js';
import { applyMessageChange } from './message-changes.queries.js';
import { appendAll } from './message-append.queries.js';
import { messageChanged, MessageStore, type NewMessage } from './messages.store.js';

@Injectable()
export class MessagesRepository extends MessageStore {
  constructor(
    private readonly database: Database,
    private readonly commits: GroupCommit<DomainEvent>,
  ) {
    super();
  }

  override append(message: NewMessage): Promise<Stored<MessageView, DomainEvent>> {
    const weight = message.text.length + (message.metadata?.length ?? 0);
    return this.commits.add(message.conversationId, appendAll, message, { id: message.id, weight });
  }

  override async change(
    id: string,
    actorId: string,
    now: Date,
    decide: (message: StoredMessage, standing: Standing) => MessageChange | null,
  ): Promise<Stored<MessageView | null, DomainEvent>> {
    const [place] = await this.database.rows('SELECT conversation_id FROM messages WHERE id = ?', [id]);
    if (!place) return NO_SUCH_MESSAGE;
    const conversationId = String(place['conversation_id']);
    return this.commits.change(conversationId, async (tx): Promise<Stored<MessageView | null, DomainEvent>> => {
      const [row] = await tx.rows<ConversationRow>('SELECT * FROM conversations WHERE id = ?', [conversationId]);
      const message = row && (await storedMessage(tx, id));
      if (!message) return NO_SUCH_MESSAGE;
      const conversation = conversationOf(row);
      const change = decide(comparable(message), {
        conversation,
        membership: await membershipOf(tx, conversationId, actorId),
        peerId: peerOfRow(row, actorId),
      });
      if (!change) return { result: message, events: [] };
      if (bringsNews(change)) await refuseBlockedPeer(tx, row, actorId);
      const changed = await applyMessageChange(tx, message, actorId, change, conversation.rev + 1, now);
      return changed ? { result: changed, events: [messageChanged(change, changed)] } : { result: message, events: [] };
    });
  }

  override async range(conversationId: string, first: number, last: number): Promise<MessageView[]> {
    if (first > last) return [];
    const rows = await this.database.rows<MessageRow>(
      `${SELECT_MESSAGES} WHERE m.conversation_id = ? AND m.seq BETWEEN ? AND ? ORDER BY m.seq`,
      [conversationId, first, last],
    );
    return rows.map(messageOf);
  }

  override async byId(id: string): Promise<MessageView | null> {
    const [row] = await this.database.rows<MessageRow>(
      `${SELECT_MESSAGES} JOIN conversations c ON c.id = m.conversation_id WHERE m.id = ?`,
      [id],
    );
    return row ? messageOf(row) : null;
  }
}

const NO_SUCH_MESSAGE = { result: null, events: [] };

async function storedMessage(tx: Transaction, id: string): Promise<MessageView | null> {
  const [row] = await tx.rows<MessageRow>(`${SELECT_MESSAGES} WHERE m.id = ?`, [id]);
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
async function refuseBlockedPeer(tx: Transaction, conversation: ConversationRow, userId: string): Promise<void> {
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
