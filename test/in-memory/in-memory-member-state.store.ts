import { authoriseMember, type Conversation } from '../../src/conversations/conversation.js';
import { type MemberState, type MemberStateChange, MemberStateStore } from '../../src/members/member-state.store.js';
import type { InMemoryTables } from './in-memory-tables.js';
import { ownMembership, standingOf } from '../fakes/views.js';

export class InMemoryMemberStateStore extends MemberStateStore {
  constructor(private readonly world: InMemoryTables) {
    super();
  }

  override async change(
    conversationId: string,
    userId: string,
    decide: (state: MemberState, conversation: Conversation) => MemberState | null,
  ): Promise<{ changed: boolean; memberCount: number; change: MemberStateChange } | null> {
    const row = this.world.conversations.get(conversationId);
    if (!row) return null;
    const { conversation, membership } = standingOf(this.world, row, userId);
    authoriseMember({ conversation, membership });
    const member = this.world.memberOf(row, userId);
    if (!member) return null;
    const { readSeq, deliveredSeq, mutedUntil, pinned, archivedSeq } = member;
    const next = decide({ readSeq, deliveredSeq, mutedUntil, pinned, archivedSeq }, conversation);
    const stateRev = (this.world.stateRevs.get(userId) ?? 0) + (next ? 1 : 0);
    if (next) {
      this.world.stateRevs.set(userId, stateRev);
      Object.assign(member, next, {
        readSeq: Math.max(readSeq, next.readSeq),
        deliveredSeq: Math.max(deliveredSeq, next.deliveredSeq),
      });
    }
    const me = ownMembership(member, conversation.lastSeq);
    return {
      changed: next !== null,
      memberCount: conversation.memberCount,
      change: { userId, conversationId, stateRev, me },
    };
  }
}
