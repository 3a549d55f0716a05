import { Injectable } from '@nestjs/common';

import { blockedAmong } from '../blocks/blocks.queries.js';
import type { Stored } from '../common/event-bus.js';
import { type Membership, refuseBlocked, type Role, type Standing } from '../conversations/conversation.js';
import type { DomainEvent } from '../domain-events.js';
import { Database } from '../infrastructure/database/database.js';
import { GroupCommit } from '../infrastructure/database/group-commit.js';
import type { RowOf, Transaction } from '../infrastructure/database/transaction.js';
import { conversationOf, type ConversationRow, peerOfRow } from '../read-models/conversation.queries.js';
import { messageOf, type MessageRow, SELECT_MESSAGES } from '../read-models/message.queries.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { appendAll } from './message-append.queries.js';
import { applyMessageChange } from './message-changes.queries.js';
import type { MessageEntity } from './message.entity.js';
import { addsContent, type MessageChange, type NewMessage, type StoredMessage } from './message.js';
import { storedMessage } from './messages.dto.js';
import { messageChanged, MessageStore } from './messages.store.js';

/** Messages in the database. Every write goes through {@link GroupCommit}. */
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
    const [found] = await this.database.rows<Located>('SELECT conversation_id FROM messages WHERE id = ?', [id]);
    if (!found) return NO_SUCH_MESSAGE;
    const conversationId = found.conversation_id;
    return this.commits.change(conversationId, async (tx): Promise<Stored<MessageView | null, DomainEvent>> => {
      const [row] = await tx.rows<ConversationRow>('SELECT * FROM conversations WHERE id = ?', [conversationId]);
      const message = row && (await messageById(tx, id));
      if (!message) return NO_SUCH_MESSAGE;
      const conversation = conversationOf(row);
      const change = decide(storedMessage(message), {
        conversation,
        membership: await membershipOf(tx, conversationId, actorId),
        peerId: peerOfRow(row, actorId),
      });
      if (!change) return { result: message, events: [] };
      if (addsContent(change)) await refuseBlockedPeer(tx, row, actorId);
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

type Located = Pick<RowOf<MessageEntity>, 'conversation_id'>;

const NO_SUCH_MESSAGE = { result: null, events: [] };

async function messageById(tx: Transaction, id: string): Promise<MessageView | null> {
  const [row] = await tx.rows<MessageRow>(`${SELECT_MESSAGES} WHERE m.id = ?`, [id]);
  return row ? messageOf(row) : null;
}

async function membershipOf(tx: Transaction, id: string, userId: string): Promise<Membership | null> {
  const [row] = await tx.rows<{ readonly role: Role }>(
    'SELECT role FROM members WHERE conversation_id = ? AND user_id = ? AND left_at IS NULL',
    [id, userId],
  );
  return row ? { userId, role: row.role } : null;
}

/** In a direct conversation, a block between the two users refuses new content. */
async function refuseBlockedPeer(tx: Transaction, conversation: ConversationRow, userId: string): Promise<void> {
  const peer = peerOfRow(conversation, userId);
  if (peer !== null) refuseBlocked(await blockedAmong(tx, userId, [peer]));
}
