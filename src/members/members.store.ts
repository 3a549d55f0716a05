import type { Stored } from '../common/event-bus.js';
import type { DomainEvent, LeaveReason } from '../domain-events.js';
import type { StoredMember } from '../read-models/member.view.dto.js';
import type { MemberChange, MemberFacts, StoredMemberChanges } from './member-changes.js';

/** The users and the moment of a change of members. */
export interface MembersCommand {
  readonly conversationId: string;
  readonly actorId: string;
  /** The users whose memberships and blocks the decision needs, besides the actor's own membership. */
  readonly targetIds: readonly string[];
  /** The users that the decision may let join: their accounts are locked. None unless given. */
  readonly joiningIds?: readonly string[];
  readonly now: Date;
  /** The reason in the events when the actor leaves; `left` unless given. */
  readonly ownReason?: LeaveReason;
}

/** The members of conversations. A write publishes its events in the order of `rev`, before its promise resolves. */
export abstract class MembersStore {
  /** Members, longest standing first. @param after `joinedAt` and user id that the page starts after */
  abstract page(
    conversationId: string,
    after: readonly [joinedAt: string, userId: string] | null,
    limit: number,
  ): Promise<StoredMember[]>;

  /** The members among the given users, in any order. */
  abstract among(conversationId: string, userIds: readonly string[]): Promise<StoredMember[]>;

  /** The ids of all conversations that a user is a member of. */
  abstract conversationIdsOf(userId: string): Promise<string[]>;

  /**
   * Applies the changes that `decide` returns, each at the next `rev`, and publishes the events of `memberEvents`. A
   * group left without members is deleted. `decide` may run again, and throws before anything is written.
   * @returns null when there is no such conversation
   * @throws DomainError `not_found` for a joining user who is unknown or deleted
   */
  abstract change(
    command: MembersCommand,
    decide: (facts: MemberFacts) => readonly MemberChange[],
  ): Promise<Stored<StoredMemberChanges | null, DomainEvent>>;
}
