import { Injectable } from '@nestjs/common';

import type { Stored } from '../common/event-bus.js';
import { noSuchUser } from '../conversations/conversations.queries.js';
import type { DomainEvent } from '../domain-events.js';
import { Database } from '../infrastructure/database/database.js';
import { GroupCommit } from '../infrastructure/database/group-commit.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { OnlineUsers } from '../presence/online-users.js';
import { storedMembers } from '../read-models/member.queries.js';
import type { StoredMember } from '../read-models/member.view.dto.js';
import { type MemberChange, type MemberFacts, planMemberChanges, type StoredMemberChanges } from './member-changes.js';
import { loadMemberFacts, writeMemberPlan } from './member-changes.queries.js';
import { memberEvents } from './member-events.js';
import { membersAmong } from './members.queries.js';
import { type MembersCommand, MembersStore } from './members.store.js';

@Injectable()
export class MembersRepository extends MembersStore {
  constructor(
    private readonly database: Database,
    private readonly commits: GroupCommit<DomainEvent>,
    private readonly online: OnlineUsers,
  ) {
    super();
  }

  override page(
    conversationId: string,
    after: readonly [string, string] | null,
    limit: number,
  ): Promise<StoredMember[]> {
    return storedMembers(
      this.database,
      `m.conversation_id = ? AND m.left_at IS NULL
       ${after ? 'AND (m.joined_at > ? OR (m.joined_at = ? AND m.user_id > ?))' : ''}
       ORDER BY m.joined_at, m.user_id LIMIT ${limit}`,
      [conversationId, ...(after ? [new Date(after[0]), new Date(after[0]), after[1]] : [])],
    );
  }

  override among(conversationId: string, userIds: readonly string[]): Promise<StoredMember[]> {
    return membersAmong(this.database, conversationId, userIds);
  }

  override async conversationIdsOf(userId: string): Promise<string[]> {
    const rows = await this.database.rows<{ conversation_id: string }>(
      'SELECT conversation_id FROM members WHERE user_id = ? AND left_at IS NULL',
      [userId],
    );
    return rows.map((row) => row.conversation_id);
  }

  override change(
    command: MembersCommand,
    decide: (facts: MemberFacts) => readonly MemberChange[],
  ): Promise<Stored<StoredMemberChanges | null, DomainEvent>> {
    return this.commits.change(command.conversationId, async (tx) => {
      const stored = await applyChanges(tx, command, decide);
      const { conversationId, actorId, ownReason = 'left' } = command;
      const isOnline = (userId: string): boolean => this.online.has(userId);
      return {
        result: stored,
        // Read when the events are published: presence may change until the commit.
        get events() {
          return stored ? memberEvents(stored, { conversationId, actorId, ownReason, isOnline }) : [];
        },
      };
    });
  }
}

async function applyChanges(
  tx: Transaction,
  command: MembersCommand,
  decide: (facts: MemberFacts) => readonly MemberChange[],
): Promise<StoredMemberChanges | null> {
  const facts = await loadMemberFacts(tx, command);
  if (!facts) return null;
  const { conversation } = facts.standing;
  const plan = planMemberChanges(conversation, decide(facts));
  if (!plan.joining.every((userId) => facts.existingUsers.has(userId))) throw noSuchUser();
  return writeMemberPlan(tx, conversation, plan, { known: facts.known, now: command.now });
}
