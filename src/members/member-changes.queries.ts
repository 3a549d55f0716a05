import { placeholders } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { type Conversation, isAbandoned } from '../conversations/conversation.js';
import type { MemberChange } from '../conversations/conversations.store.js';

type Join = Extract<MemberChange, { role: unknown }>;

/**
 * Writes changes of members into a conversation that is locked; the first takes the `rev` after the conversation's.
 * @returns who joined, and whether nobody is left in a group
 */
export async function applyMemberChanges(
  tx: Transaction,
  conversation: Conversation,
  changes: readonly MemberChange[],
  now: Date,
): Promise<{ joined: string[]; abandoned: boolean }> {
  if (changes.length === 0) return { joined: [], abandoned: false };
  const joins: { change: Join; rev: number }[] = [];
  let { rev, memberCount } = conversation;
  for (const change of changes) {
    rev++;
    if (change.kind === 'join') {
      memberCount++;
      joins.push({ change, rev });
    } else if (change.kind === 'leave') {
      memberCount--;
      await changeMember(tx, conversation.id, change.userId, 'left_at = ?, rev = ?', [now, rev]);
    } else {
      await changeMember(tx, conversation.id, change.userId, 'role = ?, rev = ?', [change.role, rev]);
    }
  }
  await writeJoins(tx, conversation, joins, now);
  await tx.run('UPDATE conversations SET rev = ?, member_count = ? WHERE id = ?', [rev, memberCount, conversation.id]);
  return { joined: joins.map(({ change }) => change.userId), abandoned: isAbandoned(conversation.type, memberCount) };
}

/** Who joins starts with both markers at the end. Who was in before has a row, which is taken up again. */
async function writeJoins(
  tx: Transaction,
  { id, lastSeq }: Conversation,
  joins: readonly { change: Join; rev: number }[],
  now: Date,
): Promise<void> {
  if (joins.length === 0) return;
  const userIds = joins.map(({ change }) => change.userId);
  const former = await tx.rows(
    `SELECT user_id FROM members WHERE conversation_id = ? AND user_id IN (${placeholders(userIds.length)})`,
    [id, ...userIds],
  );
  const formerIds = new Set(former.map((row) => String(row['user_id'])));
  for (const { change, rev } of joins) {
    if (!formerIds.has(change.userId)) continue;
    await changeMember(
      tx,
      id,
      change.userId,
      `role = ?, rev = ?, joined_at = ?, left_at = NULL, read_seq = ?, delivered_seq = ?, muted_until = NULL, pinned = 0,
       archived_seq = NULL`,
      [change.role, rev, now, lastSeq, lastSeq],
    );
  }
  tx.insert(
    'members',
    joins
      .filter(({ change }) => !formerIds.has(change.userId))
      .map(({ change, rev }) => ({
        conversation_id: id,
        user_id: change.userId,
        role: change.role,
        joined_at: now,
        rev,
        read_seq: lastSeq,
        delivered_seq: lastSeq,
      })),
  );
}

async function changeMember(
  tx: Transaction,
  conversationId: string,
  userId: string,
  assignments: string,
  values: readonly (string | number | Date)[],
): Promise<void> {
  await tx.run(`UPDATE members SET ${assignments} WHERE conversation_id = ? AND user_id = ?`, [
    ...values,
    conversationId,
    userId,
  ]);
}
