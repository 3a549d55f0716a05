import type { Stored } from '../../src/common/event-bus.js';
import type { Membership } from '../../src/conversations/conversation.js';
import type { DomainEvent, Events } from '../../src/domain-events.js';
import {
  type MemberChange,
  type MemberFacts,
  type NumberedChange,
  planMemberChanges,
  type StoredMemberChanges,
} from '../../src/members/member-changes.js';
import { memberEvents } from '../../src/members/member-events.js';
import { type MembersCommand, MembersStore } from '../../src/members/members.store.js';
import type { OnlineUsers } from '../../src/presence/online-users.js';
import type { StoredMember } from '../../src/read-models/member.view.dto.js';
import { conversationViews, standingOf, storedMember } from '../fakes/views.js';
import {
  byCodePoint,
  type ConversationRow,
  type InMemoryTables,
  type MemberRow,
  newMember,
} from './in-memory-tables.js';
import { publishStored } from './publish-stored.js';

/** Every method runs synchronously, as one transaction, and throws before it changes anything. */
export class InMemoryMembersStore extends MembersStore {
  constructor(
    private readonly tables: InMemoryTables,
    private readonly events: Events,
    private readonly online: OnlineUsers,
  ) {
    super();
  }

  override async page(
    conversationId: string,
    after: readonly [string, string] | null,
    limit: number,
  ): Promise<StoredMember[]> {
    const row = this.tables.conversations.get(conversationId);
    const members = row ? this.tables.membersOf(row).sort(byStanding) : [];
    return members
      .map((member) => storedMember(this.tables, conversationId, member))
      .filter(({ joinedAt, user }) => {
        return after === null || (byCodePoint(joinedAt, after[0]) || byCodePoint(user.id, after[1])) > 0;
      })
      .slice(0, limit);
  }

  override async among(conversationId: string, userIds: readonly string[]): Promise<StoredMember[]> {
    return (await this.page(conversationId, null, Infinity)).filter(({ user }) => userIds.includes(user.id));
  }

  override async conversationIdsOf(userId: string): Promise<string[]> {
    return this.tables.conversationsOf(userId).map(({ id }) => id);
  }

  override async change(
    command: MembersCommand,
    decide: (facts: MemberFacts) => readonly MemberChange[],
  ): Promise<Stored<StoredMemberChanges | null, DomainEvent>> {
    const { conversationId, actorId, now, ownReason = 'left' } = command;
    const row = this.tables.conversations.get(conversationId);
    if (!row) return publishStored(this.events, null);
    const facts = this.facts(row, command);
    const plan = planMemberChanges(facts.standing.conversation, decide(facts));
    this.tables.requireUsers(plan.joining);
    for (const change of plan.changes) apply(row, change, now);
    if (plan.deleted) this.tables.deleteConversation(conversationId);
    const everyUser = [...this.tables.users.keys()];
    const changedIds = plan.changes.map(({ userId }) => userId);
    const stored: StoredMemberChanges = {
      changes: plan.changes.map((change) => {
        const member = plan.deleted ? null : this.tables.memberOf(row, change.userId);
        return { ...change, member: member && storedMember(this.tables, conversationId, member) };
      }),
      inBlocks: changedIds.filter((userId) => this.tables.blockedAmong(userId, everyUser).length > 0),
      added: conversationViews(this.tables, row, plan.joining),
      deleted: plan.deleted,
    };
    const isOnline = (userId: string): boolean => this.online.has(userId);
    const events = memberEvents(stored, { conversationId, actorId, ownReason, isOnline });
    return publishStored(this.events, stored, ...events);
  }

  private facts(row: ConversationRow, { actorId, targetIds }: MembersCommand): MemberFacts {
    const standing = standingOf(this.tables, row, actorId);
    const members = targetIds.flatMap((userId) => this.tables.memberOf(row, userId) ?? []);
    return {
      standing,
      targets: new Map(members.map((member) => [member.userId, membershipOf(member)])),
      blocked: this.tables.blockedAmong(actorId, targetIds),
      successor: standing.membership?.role === 'owner' ? this.successor(row, actorId) : null,
    };
  }

  private successor(row: ConversationRow, ownerId: string): Membership | null {
    const others = this.tables.membersOf(row).filter(({ userId }) => userId !== ownerId);
    const [next] = others.sort((a, b) => Number(b.role === 'admin') - Number(a.role === 'admin') || byStanding(a, b));
    return next ? membershipOf(next) : null;
  }
}

function apply(row: ConversationRow, change: NumberedChange, now: Date): void {
  const { userId, rev } = change;
  row.rev = rev;
  const member = row.members.get(userId);
  if (change.kind === 'join') {
    const { role } = change;
    row.members.set(userId, newMember({ userId, role, joinedAt: now, rev, lastSeq: row.messages.length }));
  } else if (member && change.kind === 'leave') {
    Object.assign(member, { leftAt: now, rev });
  } else if (member && change.kind === 'role') {
    Object.assign(member, { role: change.role, rev });
  }
}

const membershipOf = ({ userId, role }: MemberRow): Membership => ({ userId, role });

const byStanding = (a: MemberRow, b: MemberRow): number =>
  a.joinedAt.getTime() - b.joinedAt.getTime() || byCodePoint(a.userId, b.userId);
