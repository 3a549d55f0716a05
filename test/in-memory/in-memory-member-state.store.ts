import type { Stored } from '../../src/common/event-bus.js';
import { authoriseMember, type Conversation } from '../../src/conversations/conversation.js';
import type { DomainEvent, Events } from '../../src/domain-events.js';
import {
  isSameState,
  type MemberState,
  type MemberStateChange,
  memberStateEvents,
} from '../../src/member-state/member-state.js';
import { type MemberStateCommand, MemberStateStore } from '../../src/member-state/member-state.store.js';
import { ownMembership, standingOf } from '../fakes/views.js';
import type { InMemoryTables } from './in-memory-tables.js';
import { publishStored } from './publish-stored.js';

export class InMemoryMemberStateStore extends MemberStateStore {
  constructor(
    private readonly tables: InMemoryTables,
    private readonly events: Events,
  ) {
    super();
  }

  override async change(
    { conversationId, userId, receipt }: MemberStateCommand,
    decide: (state: MemberState, conversation: Conversation) => MemberState,
  ): Promise<Stored<MemberStateChange | null, DomainEvent>> {
    const row = this.tables.conversations.get(conversationId);
    if (!row) return publishStored(this.events, null);
    const standing = standingOf(this.tables, row, userId);
    authoriseMember(standing);
    const member = this.tables.memberOf(row, userId);
    if (!member) return publishStored(this.events, null);
    const { readSeq, deliveredSeq, mutedUntil, pinned, archivedSeq } = member;
    const before = { readSeq, deliveredSeq, mutedUntil, pinned, archivedSeq };
    const next = decide(before, standing.conversation);
    const changed = !isSameState(before, next);
    const stateRev = (this.tables.stateRevs.get(userId) ?? 0) + (changed ? 1 : 0);
    this.tables.stateRevs.set(userId, stateRev);
    Object.assign(member, next, {
      readSeq: Math.max(readSeq, next.readSeq),
      deliveredSeq: Math.max(deliveredSeq, next.deliveredSeq),
    });
    const { lastSeq, memberCount } = standing.conversation;
    const after = { userId, conversationId, stateRev, me: ownMembership(member, lastSeq) };
    const events = memberStateEvents({ before, changed, after, receipt, memberCount });
    return publishStored(this.events, after, ...events);
  }
}
