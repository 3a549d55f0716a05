import { Injectable } from '@nestjs/common';

import { DomainError } from '../common/domain-error.js';
import { fold } from '../common/text.js';
import { Database, placeholders, prefixRange } from '../infrastructure/database/database.js';
import { isDuplicate } from '../infrastructure/database/driver-errors.js';
import { GroupCommit } from '../infrastructure/database/group-commit.js';
import type { DomainEvent } from '../domain-events.js';
import type { Row, Transaction } from '../infrastructure/database/transaction.js';
import { blockedAmong, involvedInBlocks } from '../blocks/blocks.queries.js';
import { directKey, type Membership, refuseBlocked, type Role, type Standing } from './conversation.js';
import {
  conversationOf,
  conversationViews,
  peerOfRow,
  SELECT_FOR_USER,
  SELECT_OF_USER,
  sharedConversation,
  standingOf,
  viewsForMembers,
} from '../read-models/conversation.queries.js';
import { storedMembers } from '../read-models/member.queries.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import {
  ConversationStore,
  type Created,
  type MemberChange,
  type MemberChanges,
  type MembersFound,
  type NewConversation,
  type UpdatedDetails,
} from './conversations.store.js';
import { type StoredMember } from '../read-models/member.view.dto.js';
import { applyMemberChanges } from '../members/member-changes.queries.js';

@Injectable()
export class ConversationsRepository extends ConversationStore {
  constructor(
    private readonly database: Database,
    private readonly commits: GroupCommit<DomainEvent>,
  ) {
    super();
  }

  override async create(conversation: NewConversation, stored?: (created: Created) => void): Promise<Created> {
    const create = (): Promise<Created> =>
      this.commits.changeWithCallback(
        conversation.id,
        async (tx) => {
          const existing = await existingConversation(tx, conversation);
          return existing ?? { created: true, id: conversation.id, views: await insertConversation(tx, conversation) };
        },
        stored,
      );
    try {
      return await create();
    } catch (error) {
      // Another node was first: the second look finds it.
      if (isDuplicate(error)) return create();
      throw error;
    }
  }

  override async standing(id: string, userId: string): Promise<Standing | null> {
    const [row] = await this.database.rows(`${SELECT_FOR_USER} WHERE c.id = ?`, [userId, id]);
    return row ? standingOf(row, userId) : null;
  }

  override async view(id: string, userId: string): Promise<ConversationView | null> {
    const rows = await this.database.rows(`${SELECT_FOR_USER} WHERE c.id = ?`, [userId, id]);
    const [view] = await conversationViews(this.database, rows);
    return view ?? null;
  }

  override async inbox(
    userId: string,
    archived: boolean,
    after: readonly [string, string] | null,
    limit: number,
  ): Promise<ConversationView[]> {
    // First which, by what indexes say of all conversations of the user; then those whole.
    const rows = await this.database.rows(
      `${SELECT_OF_USER}
       JOIN (SELECT c.id FROM members m JOIN conversations c ON c.id = m.conversation_id
             WHERE m.user_id = ? AND m.left_at IS NULL
             AND ${archived ? 'm.archived_seq = c.last_seq' : '(m.archived_seq IS NULL OR m.archived_seq <> c.last_seq)'}
             ${after ? 'AND (c.active_at < ? OR (c.active_at = ? AND c.id < ?))' : ''}
             ORDER BY c.active_at DESC, c.id DESC LIMIT ${limit}) AS page ON page.id = c.id
       ORDER BY c.active_at DESC, c.id DESC`,
      [userId, userId, ...(after ? [new Date(after[0]), new Date(after[0]), after[1]] : [])],
    );
    return conversationViews(this.database, rows);
  }

  override async discover(
    prefix: string,
    userId: string,
    after: readonly [string, string] | null,
    limit: number,
  ): Promise<ConversationView[]> {
    const rows = await this.database.rows(
      `${SELECT_FOR_USER}
       WHERE c.type = 'room' AND c.title_folded >= ? AND c.title_folded < ?
       ${after ? 'AND (c.title_folded > ? OR (c.title_folded = ? AND c.id > ?))' : ''}
       ORDER BY c.title_folded, c.id LIMIT ${limit}`,
      [userId, ...prefixRange(prefix), ...(after ? [after[0], ...after] : [])],
    );
    return conversationViews(this.database, rows);
  }

  override members(id: string, after: readonly [string, string] | null, limit: number): Promise<StoredMember[]> {
    return storedMembers(
      this.database,
      `m.conversation_id = ? AND m.left_at IS NULL
       ${after ? 'AND (m.joined_at > ? OR (m.joined_at = ? AND m.user_id > ?))' : ''}
       ORDER BY m.joined_at, m.user_id LIMIT ${limit}`,
      [id, ...(after ? [new Date(after[0]), new Date(after[0]), after[1]] : [])],
    );
  }

  override membersAmong(id: string, userIds: readonly string[]): Promise<StoredMember[]> {
    return membersAmong(this.database, id, userIds);
  }

  override async idsOf(userId: string): Promise<string[]> {
    const rows = await this.database.rows('SELECT conversation_id FROM members WHERE user_id = ? AND left_at IS NULL', [
      userId,
    ]);
    return rows.map((row) => String(row['conversation_id']));
  }

  override rename(
    id: string,
    actorId: string,
    now: Date,
    decide: (standing: Standing) => { title: string | null; topic: string | null },
    stored?: (renamed: UpdatedDetails) => void,
  ): Promise<UpdatedDetails | null> {
    const rename = async (tx: Transaction): Promise<UpdatedDetails | null> => {
      const standing = await lockStanding(tx, id, actorId);
      if (!standing) return null;
      const { title, topic } = decide(standing);
      const changed = title !== standing.conversation.title || topic !== standing.conversation.topic;
      if (changed) {
        await tx.run(
          'UPDATE conversations SET title = ?, title_folded = ?, topic = ?, updated_at = ?, rev = rev + 1 WHERE id = ?',
          [title, title === null ? null : fold(title), topic, now, id],
        );
      }
      const [row] = await tx.rows('SELECT * FROM conversations WHERE id = ?', [id]);
      return row ? { changed, conversation: await sharedConversation(tx, row) } : null;
    };
    return this.commits.changeWithCallback(id, rename, whenFound(stored));
  }

  override delete(
    id: string,
    actorId: string,
    authorise: (standing: Standing) => void,
    stored?: () => void,
  ): Promise<boolean> {
    const erase = async (tx: Transaction): Promise<boolean> => {
      const standing = await lockStanding(tx, id, actorId);
      if (!standing) return false;
      authorise(standing);
      await deleteConversation(tx, id);
      return true;
    };
    return this.commits.changeWithCallback(id, erase, (deleted) => {
      if (deleted) stored?.();
    });
  }

  override changeMembers(
    id: string,
    actorId: string,
    targetIds: readonly string[],
    now: Date,
    decide: (found: MembersFound) => readonly MemberChange[],
    stored?: (changes: MemberChanges) => void,
  ): Promise<MemberChanges | null> {
    const change = async (tx: Transaction): Promise<MemberChanges | null> => {
      const standing = await lockStanding(tx, id, actorId);
      if (!standing) return null;
      const { membership } = standing;
      const changes = decide({
        standing,
        targets: await memberships(tx, id, targetIds),
        blocked: await blockedAmong(tx, actorId, targetIds),
        successor: membership?.role === 'owner' ? await longestStanding(tx, id, actorId) : null,
      });
      await needUsers(
        tx,
        changes.filter(({ kind }) => kind === 'join').map(({ userId }) => userId),
      );
      const applied = await applyMemberChanges(tx, standing.conversation, changes, now);
      if (applied.abandoned) await deleteConversation(tx, id);
      const touched = await membersAmong(
        tx,
        id,
        changes.map(({ userId }) => userId),
      );
      return {
        changes: changes.map((change, index) => ({
          ...change,
          rev: standing.conversation.rev + index + 1,
          member: touched.find(({ user }) => user.id === change.userId) ?? null,
        })),
        inBlocks: await involvedInBlocks(
          tx,
          changes.map(({ userId }) => userId),
        ),
        added: await viewsForMembers(tx, id, applied.joined),
        deleted: applied.abandoned,
      };
    };
    return this.commits.changeWithCallback(id, change, whenFound(stored));
  }
}

const whenFound =
  <T>(stored: ((result: T) => void) | undefined) =>
  (result: T | null): void => {
    if (result !== null) stored?.(result);
  };

/** What is there under that id or for that pair. */
async function existingConversation(
  tx: Transaction,
  { id, createdBy, members, type }: NewConversation,
): Promise<Created | null> {
  const key = type === 'direct' ? pairKey(members) : null;
  const [row] = await tx.rows(
    'SELECT id FROM conversations WHERE id = ? OR direct_key = ? ORDER BY direct_key = ? DESC LIMIT 1',
    [id, key, key],
  );
  if (!row) return null;
  const found = String(row['id']);
  const views = await viewsForMembers(tx, found, createdBy === null ? [] : [createdBy]);
  return { created: false, id: found, views };
}

async function insertConversation(
  tx: Transaction,
  conversation: NewConversation,
): Promise<Map<string, ConversationView>> {
  const { id, type, title, topic, createdBy, members, createdAt } = conversation;
  const userIds = members.map(({ userId }) => userId);
  // Who knew it goes on from its `rev`, and would join two logs if there were another under its id.
  const [purge] = await tx.rows('SELECT conversation_id FROM purges WHERE conversation_id = ?', [id]);
  if (purge) throw new DomainError('id_conflict', 'That id named a conversation that was deleted.');
  await needUsers(tx, userIds);
  if (createdBy !== null) refuseBlocked(await blockedAmong(tx, createdBy, userIds));
  tx.insert('conversations', [
    {
      id,
      type,
      title,
      title_folded: title === null ? null : fold(title),
      topic,
      direct_key: type === 'direct' ? pairKey(members) : null,
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
  return viewsForMembers(tx, id, userIds);
}

const pairKey = ([one, other]: readonly Membership[]): string => directKey(one?.userId ?? '', other?.userId ?? '');

/** What a change of the conversation is decided on, as the batch has left it so far. */
async function lockStanding(tx: Transaction, id: string, userId: string): Promise<Standing | null> {
  const [row] = await tx.rows(`SELECT * FROM conversations WHERE id = ?${tx.forUpdate}`, [id]);
  if (!row) return null;
  const found = await memberships(tx, id, [userId]);
  return { conversation: conversationOf(row), membership: found.get(userId) ?? null, peerId: peerOfRow(row, userId) };
}

async function memberships(tx: Transaction, id: string, userIds: readonly string[]): Promise<Map<string, Membership>> {
  if (userIds.length === 0) return new Map();
  const rows = await tx.rows(
    `SELECT user_id, role FROM members
     WHERE conversation_id = ? AND left_at IS NULL AND user_id IN (${placeholders(userIds.length)})`,
    [id, ...userIds],
  );
  return new Map(rows.map(membershipOf).map((membership) => [membership.userId, membership]));
}

async function longestStanding(tx: Transaction, id: string, exceptId: string): Promise<Membership | null> {
  const [row] = await tx.rows(
    `SELECT user_id, role FROM members WHERE conversation_id = ? AND left_at IS NULL AND user_id <> ?
     ORDER BY CASE role WHEN 'admin' THEN 0 ELSE 1 END, joined_at, user_id LIMIT 1`,
    [id, exceptId],
  );
  return row ? membershipOf(row) : null;
}

const membershipOf = (row: Row): Membership => ({ userId: String(row['user_id']), role: row['role'] as Role });

/** Until the transaction ends, none of them is deleted: an account leaves what it is in then, and nothing later. */
async function needUsers(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const rows = await tx.rows(
    `SELECT id FROM users WHERE deleted_at IS NULL AND id IN (${placeholders(ids.length)})${tx.forShare}`,
    ids,
  );
  if (rows.length < ids.length) throw new DomainError('not_found', 'One of those users does not exist.');
}

function membersAmong(source: Pick<Database, 'rows'>, id: string, userIds: readonly string[]): Promise<StoredMember[]> {
  if (userIds.length === 0) return Promise.resolve([]);
  return storedMembers(
    source,
    `m.conversation_id = ? AND m.left_at IS NULL AND m.user_id IN (${placeholders(userIds.length)})`,
    [id, ...userIds],
  );
}

/** Its messages are out of reach at once, and go bit by bit: there may be millions. */
async function deleteConversation(tx: Transaction, id: string): Promise<void> {
  await tx.run('DELETE FROM conversations WHERE id = ?', [id]);
  tx.insert('purges', [{ conversation_id: id }]);
}
