import { DomainError } from '../../src/common/domain-error.js';
import { fold } from '../../src/common/text.js';
import {
  directKey,
  isAbandoned,
  type Membership,
  refuseBlocked,
  type Role,
  type Standing,
} from '../../src/conversations/conversation.js';
import type { ConversationView } from '../../src/read-models/conversation.view.dto.js';
import {
  ConversationStore,
  type Created,
  type MemberChange,
  type MemberChanges,
  type MembersFound,
  type NewConversation,
  type UpdatedDetails,
} from '../../src/conversations/conversations.store.js';
import { type StoredMember } from '../../src/read-models/member.view.dto.js';
import { byCodePoint, type ConversationRow, type InMemoryTables, type MemberRow } from './in-memory-tables.js';
import { conversationView, sharedView, storedMember, standingOf } from '../fakes/views.js';

/** Nothing here waits, so every method is one transaction; what may throw comes before what changes. */
export class InMemoryConversationStore extends ConversationStore {
  constructor(private readonly world: InMemoryTables) {
    super();
  }

  override async create(
    { members, createdAt, ...conversation }: NewConversation,
    stored?: (created: Created) => void,
  ): Promise<Created> {
    const { id, type, createdBy } = conversation;
    const userIds = members.map(({ userId }) => userId);
    const pair = type === 'direct' ? directKey(userIds[0] ?? '', userIds[1] ?? '') : null;
    const existing = this.ofPair(pair) ?? this.world.conversations.get(id);
    if (existing) {
      const views = this.views(existing, createdBy === null ? [] : [createdBy]);
      return told(stored, { created: false, id: existing.id, views });
    }
    if (this.world.ended.has(id))
      throw new DomainError('id_conflict', 'That id named a conversation that was deleted.');
    this.needUsers(userIds);
    if (createdBy !== null) refuseBlocked(this.world.blockedAmong(createdBy, userIds));
    const row: ConversationRow = {
      ...conversation,
      directKey: pair,
      createdAt,
      updatedAt: createdAt,
      activeAt: createdAt,
      rev: 1,
      members: new Map(members.map(({ userId, role }) => [userId, newMember(userId, role, createdAt, 1, 0)])),
      messages: [],
    };
    this.world.conversations.set(id, row);
    return told(stored, { created: true, id, views: this.views(row, userIds) });
  }

  override async standing(id: string, userId: string): Promise<Standing | null> {
    const row = this.world.conversations.get(id);
    return row ? standingOf(this.world, row, userId) : null;
  }

  override async view(id: string, userId: string): Promise<ConversationView | null> {
    const row = this.world.conversations.get(id);
    return row ? conversationView(this.world, row, userId) : null;
  }

  override async inbox(
    userId: string,
    archived: boolean,
    after: readonly [string, string] | null,
    limit: number,
  ): Promise<ConversationView[]> {
    const later = (a: readonly [string, string], b: readonly [string, string]): number =>
      byCodePoint(b[0], a[0]) || byCodePoint(b[1], a[1]);
    const keyOf = ({ activeAt, id }: ConversationRow) => [activeAt.toISOString(), id] as const;
    return this.of(userId)
      .filter((row) => (this.world.memberOf(row, userId)?.archivedSeq === row.messages.length) === archived)
      .filter((row) => after === null || later(keyOf(row), after) > 0)
      .sort((a, b) => later(keyOf(a), keyOf(b)))
      .slice(0, limit)
      .map((row) => conversationView(this.world, row, userId));
  }

  override async discover(
    prefix: string,
    userId: string,
    after: readonly [string, string] | null,
    limit: number,
  ): Promise<ConversationView[]> {
    const compare = (a: readonly [string, string], b: readonly [string, string]): number =>
      byCodePoint(a[0], b[0]) || byCodePoint(a[1], b[1]);
    const keyOf = ({ title, id }: ConversationRow) => [fold(title ?? ''), id] as const;
    return [...this.world.conversations.values()]
      .filter((row) => row.type === 'room' && keyOf(row)[0].startsWith(prefix))
      .filter((row) => after === null || compare(keyOf(row), after) > 0)
      .sort((a, b) => compare(keyOf(a), keyOf(b)))
      .slice(0, limit)
      .map((row) => conversationView(this.world, row, userId));
  }

  override async members(id: string, after: readonly [string, string] | null, limit: number): Promise<StoredMember[]> {
    const row = this.world.conversations.get(id);
    const members = row ? this.world.membersOf(row).sort(byStanding) : [];
    return members
      .map((member) => storedMember(this.world, id, member))
      .filter(({ joinedAt, user }) => {
        return after === null || (byCodePoint(joinedAt, after[0]) || byCodePoint(user.id, after[1])) > 0;
      })
      .slice(0, limit);
  }

  override async membersAmong(id: string, userIds: readonly string[]): Promise<StoredMember[]> {
    return (await this.members(id, null, Infinity)).filter(({ user }) => userIds.includes(user.id));
  }

  override async idsOf(userId: string): Promise<string[]> {
    return this.of(userId).map(({ id }) => id);
  }

  override async rename(
    id: string,
    actorId: string,
    now: Date,
    decide: (standing: Standing) => { title: string | null; topic: string | null },
    stored?: (renamed: UpdatedDetails) => void,
  ): Promise<UpdatedDetails | null> {
    const row = this.world.conversations.get(id);
    if (!row) return null;
    const { title, topic } = decide(standingOf(this.world, row, actorId));
    const changed = title !== row.title || topic !== row.topic;
    if (changed) Object.assign(row, { title, topic, updatedAt: now, rev: row.rev + 1 });
    return told(stored, { changed, conversation: sharedView(this.world, row) });
  }

  override async delete(
    id: string,
    actorId: string,
    authorise: (standing: Standing) => void,
    stored?: () => void,
  ): Promise<boolean> {
    const row = this.world.conversations.get(id);
    if (!row) return false;
    authorise(standingOf(this.world, row, actorId));
    this.end(id);
    stored?.();
    return true;
  }

  override async changeMembers(
    id: string,
    actorId: string,
    targetIds: readonly string[],
    now: Date,
    decide: (found: MembersFound) => readonly MemberChange[],
    stored?: (changes: MemberChanges) => void,
  ): Promise<MemberChanges | null> {
    const row = this.world.conversations.get(id);
    if (!row) return null;
    const standing = standingOf(this.world, row, actorId);
    const changes = decide({
      standing,
      targets: new Map(
        targetIds.flatMap((userId) => {
          const member = this.world.memberOf(row, userId);
          return member ? [[userId, membershipOf(member)]] : [];
        }),
      ),
      blocked: this.world.blockedAmong(actorId, targetIds),
      successor: standing.membership?.role === 'owner' ? this.successor(row, actorId) : null,
    });
    const joined = changes.filter(({ kind }) => kind === 'join').map(({ userId }) => userId);
    this.needUsers(joined);
    for (const change of changes) apply(row, change, now);
    const deleted = changes.length > 0 && isAbandoned(row.type, this.world.membersOf(row).length);
    if (deleted) this.end(id);
    const everybody = [...this.world.users.keys()];
    return told(stored, {
      changes: changes.map((change) => {
        const member = deleted ? null : this.world.memberOf(row, change.userId);
        const { rev } = row.members.get(change.userId) ?? row;
        return { ...change, rev, member: member && storedMember(this.world, id, member) };
      }),
      inBlocks: changes
        .map(({ userId }) => userId)
        .filter((userId) => this.world.blockedAmong(userId, everybody).length > 0),
      added: this.views(row, joined),
      deleted,
    });
  }

  private end(id: string): void {
    this.world.conversations.delete(id);
    this.world.ended.add(id);
  }

  private of(userId: string): ConversationRow[] {
    return [...this.world.conversations.values()].filter((row) => this.world.memberOf(row, userId) !== null);
  }

  private ofPair(pair: string | null): ConversationRow | undefined {
    return pair === null ? undefined : [...this.world.conversations.values()].find((row) => row.directKey === pair);
  }

  private successor(row: ConversationRow, ownerId: string): Membership | null {
    const others = this.world.membersOf(row).filter(({ userId }) => userId !== ownerId);
    const next = others.sort((a, b) => Number(b.role === 'admin') - Number(a.role === 'admin') || byStanding(a, b))[0];
    return next ? membershipOf(next) : null;
  }

  private needUsers(ids: readonly string[]): void {
    if (ids.every((id) => this.world.users.get(id)?.deleted === false) && new Set(ids).size === ids.length) return;
    throw new DomainError('not_found', 'One of those users does not exist.');
  }

  private views(row: ConversationRow, userIds: readonly string[]): Map<string, ConversationView> {
    const members = userIds.filter((userId) => this.world.memberOf(row, userId) !== null);
    return new Map(members.map((userId) => [userId, conversationView(this.world, row, userId)]));
  }
}

function told<T>(stored: ((result: T) => void) | undefined, result: T): T {
  stored?.(result);
  return result;
}

function apply(row: ConversationRow, change: MemberChange, now: Date): void {
  row.rev++;
  const member = row.members.get(change.userId);
  if (change.kind === 'join') {
    row.members.set(change.userId, newMember(change.userId, change.role, now, row.rev, row.messages.length));
  } else if (member && change.kind === 'leave') {
    Object.assign(member, { leftAt: now, rev: row.rev });
  } else if (member && change.kind === 'role') {
    Object.assign(member, { role: change.role, rev: row.rev });
  }
}

function newMember(userId: string, role: Role, now: Date, rev: number, lastSeq: number): MemberRow {
  const own = { mutedUntil: null, pinned: false, archivedSeq: null };
  return { userId, role, joinedAt: now, leftAt: null, rev, readSeq: lastSeq, deliveredSeq: lastSeq, ...own };
}

const membershipOf = ({ userId, role }: MemberRow): Membership => ({ userId, role });

const byStanding = (a: MemberRow, b: MemberRow): number =>
  a.joinedAt.getTime() - b.joinedAt.getTime() || byCodePoint(a.userId, b.userId);
