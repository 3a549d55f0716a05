import { blockedAmong } from '../blocks/blocks.queries.js';
import { DomainError } from '../common/domain-error.js';
import { fold } from '../common/text.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { viewsForMembers } from '../read-models/conversation.queries.js';
import { directKey, refuseBlocked } from './conversation.js';
import { lockExistingUsers, noSuchUser } from './conversations.queries.js';
import type { CreateResult, NewConversation } from './conversations.store.js';

/** See {@link ConversationStore.create}. Reads all facts in one round trip, and writes in a second one. */
export async function createConversation(tx: Transaction, conversation: NewConversation): Promise<CreateResult> {
  const { id, createdBy, members } = conversation;
  const userIds = members.map(({ userId }) => userId);
  const [existingId, [purged], existingUsers, blocked] = await Promise.all([
    existingConversationId(tx, conversation),
    tx.rows<{ conversation_id: string }>('SELECT conversation_id FROM purges WHERE conversation_id = ?', [id]),
    lockExistingUsers(tx, userIds),
    createdBy === null ? [] : blockedAmong(tx, createdBy, userIds),
  ]);
  if (existingId !== null) {
    const views = await viewsForMembers(tx, existingId, createdBy === null ? [] : [createdBy]);
    return { created: false, id: existingId, views };
  }
  // A client that knew the deleted conversation would continue from its `rev` with the log of the new one.
  if (purged) throw new DomainError('id_conflict', 'That id named a conversation that was deleted.');
  if (existingUsers.size < userIds.length) throw noSuchUser();
  refuseBlocked(blocked);
  insertConversation(tx, conversation);
  return { created: true, id, views: await viewsForMembers(tx, id, userIds) };
}

/** The conversation of the pair, or else the one with that id. */
async function existingConversationId(tx: Transaction, conversation: NewConversation): Promise<string | null> {
  const key = directKeyOf(conversation);
  const [row] = await tx.rows<{ id: string }>(
    'SELECT id FROM conversations WHERE id = ? OR direct_key = ? ORDER BY direct_key = ? DESC LIMIT 1',
    [conversation.id, key, key],
  );
  return row?.id ?? null;
}

function insertConversation(tx: Transaction, conversation: NewConversation): void {
  const { id, type, title, topic, createdBy, members, createdAt } = conversation;
  tx.insert('conversations', [
    {
      id,
      type,
      title,
      title_folded: title === null ? null : fold(title),
      topic,
      direct_key: directKeyOf(conversation),
      created_by: createdBy,
      created_at: createdAt,
      updated_at: createdAt,
      active_at: createdAt,
      rev: 1,
      member_count: members.length,
    },
  ]);
  tx.insert(
    'members',
    members.map(({ userId, role }) => ({ conversation_id: id, user_id: userId, role, joined_at: createdAt, rev: 1 })),
  );
}

const directKeyOf = ({ type, members: [one, other] }: NewConversation): string | null =>
  type === 'direct' ? directKey(one?.userId ?? '', other?.userId ?? '') : null;
