import { blockedAmong, involvedInBlocks } from '../blocks/blocks.queries.js';
import type { Conversation, Membership, Role } from '../conversations/conversation.js';
import { deleteConversation, lockConversation, lockExistingUsers } from '../conversations/conversations.queries.js';
import { placeholders } from '../infrastructure/database/database.js';
import type { Parameter, Transaction } from '../infrastructure/database/transaction.js';
import { conversationOf, peerOfRow, viewsForMembers } from '../read-models/conversation.queries.js';
import type { MemberFacts, MemberPlan, NumberedChange, StoredMemberChanges } from './member-changes.js';
import { membersAmong } from './members.queries.js';
import type { MembersCommand } from './members.store.js';

type Join = Extract<NumberedChange, { role: Role }>;

interface MemberRow {
  readonly user_id: string;
  readonly role: Role;
  readonly left_at: string | null;
}

/** The facts of a decision, and the rows that the plan is written against. */
export interface LoadedFacts extends MemberFacts {
  /** The users among `joiningIds` whose accounts exist. They cannot be deleted until the transaction ends. */
  readonly existingUsers: ReadonlySet<string>;
  /** The users with a member row, current or former: a join updates that row. */
  readonly known: ReadonlySet<string>;
}

/** Locks the conversation and loads all facts, in one round trip. Null when there is no such conversation. */
export async function loadMemberFacts(
  tx: Transaction,
  { conversationId, actorId, targetIds, joiningIds = [] }: MembersCommand,
): Promise<LoadedFacts | null> {
  const userIds = [...new Set([actorId, ...targetIds, ...joiningIds])];
  const [row, members, blocked, successor, existingUsers] = await Promise.all([
    lockConversation(tx, conversationId),
    memberRows(tx, conversationId, userIds),
    blockedAmong(tx, actorId, targetIds),
    successorOf(tx, conversationId, actorId),
    lockExistingUsers(tx, joiningIds),
  ]);
  if (!row) return null;
  const current = new Map(
    members.filter((member) => member.left_at === null).map((member) => [member.user_id, membershipOf(member)]),
  );
  return {
    standing: {
      conversation: conversationOf(row),
      membership: current.get(actorId) ?? null,
      peerId: peerOfRow(row, actorId),
    },
    targets: new Map([...current].filter(([userId]) => targetIds.includes(userId))),
    blocked,
    successor,
    existingUsers,
    known: new Set(members.map((member) => member.user_id)),
  };
}

/** Writes a plan into the locked conversation and reads the data of its events, in one round trip. */
export async function writeMemberPlan(
  tx: Transaction,
  conversation: Conversation,
  plan: MemberPlan,
  { known, now }: { readonly known: ReadonlySet<string>; readonly now: Date },
): Promise<StoredMemberChanges> {
  const { id } = conversation;
  if (plan.changes.length === 0) return { changes: [], inBlocks: [], added: new Map(), deleted: false };
  if (plan.deleted) {
    deleteConversation(tx, id);
    return {
      changes: plan.changes.map((change) => ({ ...change, member: null })),
      inBlocks: [],
      added: new Map(),
      deleted: true,
    };
  }
  const newcomers: Join[] = [];
  for (const change of plan.changes) {
    if (change.kind === 'leave') updateMember(tx, id, change.userId, { left_at: now, rev: change.rev });
    else if (change.kind === 'role') updateMember(tx, id, change.userId, { role: change.role, rev: change.rev });
    else if (known.has(change.userId)) updateMember(tx, id, change.userId, joined(change, conversation, now));
    else newcomers.push(change);
  }
  insertMembers(tx, conversation, newcomers, now);
  tx.runLater('UPDATE conversations SET rev = ?, member_count = ? WHERE id = ?', [plan.rev, plan.memberCount, id]);
  const userIds = plan.changes.map(({ userId }) => userId);
  const [members, inBlocks, added] = await Promise.all([
    membersAmong(tx, id, userIds),
    involvedInBlocks(tx, userIds),
    viewsForMembers(tx, id, plan.joining),
  ]);
  return {
    changes: plan.changes.map((change) => ({
      ...change,
      member: members.find(({ user }) => user.id === change.userId) ?? null,
    })),
    inBlocks,
    added,
    deleted: false,
  };
}

/** A joining member starts with both markers at the last message, whether the row is new or that of a former member. */
const joined = (change: Join, { lastSeq }: Conversation, now: Date) => ({
  role: change.role,
  rev: change.rev,
  joined_at: now,
  left_at: null,
  read_seq: lastSeq,
  delivered_seq: lastSeq,
  muted_until: null,
  pinned: 0,
  archived_seq: null,
});

function insertMembers(tx: Transaction, conversation: Conversation, joins: readonly Join[], now: Date): void {
  tx.insert(
    'members',
    joins.map((change) => ({
      conversation_id: conversation.id,
      user_id: change.userId,
      ...joined(change, conversation, now),
    })),
  );
}

/** Updates a member's row; runs before the next statement or the commit. */
function updateMember(
  tx: Transaction,
  conversationId: string,
  userId: string,
  values: Readonly<Record<string, Parameter>>,
): void {
  const assignments = Object.keys(values).map((column) => `${column} = ?`);
  tx.runLater(`UPDATE members SET ${assignments.join(', ')} WHERE conversation_id = ? AND user_id = ?`, [
    ...Object.values(values),
    conversationId,
    userId,
  ]);
}

async function memberRows(tx: Transaction, conversationId: string, userIds: readonly string[]): Promise<MemberRow[]> {
  return tx.rows<MemberRow>(
    `SELECT user_id, role, left_at FROM members
     WHERE conversation_id = ? AND user_id IN (${placeholders(userIds.length)})`,
    [conversationId, ...userIds],
  );
}

/** The next owner while the actor is the owner: the longest-standing admin, else member. */
async function successorOf(tx: Transaction, conversationId: string, actorId: string): Promise<Membership | null> {
  const [row] = await tx.rows<MemberRow>(
    `SELECT user_id, role FROM members WHERE conversation_id = ? AND left_at IS NULL AND user_id <> ?
       AND EXISTS (SELECT 1 FROM members o
                   WHERE o.conversation_id = ? AND o.user_id = ? AND o.left_at IS NULL AND o.role = 'owner')
     ORDER BY CASE role WHEN 'admin' THEN 0 ELSE 1 END, joined_at, user_id LIMIT 1`,
    [conversationId, actorId, conversationId, actorId],
  );
  return row ? membershipOf(row) : null;
}

const membershipOf = ({ user_id, role }: MemberRow): Membership => ({ userId: user_id, role });
