import type { Conversation } from '../conversations/conversation.js';
import type { OwnMembershipView } from '../read-models/conversation.view.dto.js';

/** What is private to a user in a conversation. */
export interface MemberState {
  readonly readSeq: number;
  readonly deliveredSeq: number;
  readonly mutedUntil: Date | null;
  readonly pinned: boolean;
  /** The `lastSeq` at which it was archived, if it was. */
  readonly archivedSeq: number | null;
}

/** A change of it, as stored. */
export interface MemberStateChange {
  readonly userId: string;
  readonly conversationId: string;
  /** The user's next `stateRev`, which the change took. */
  readonly stateRev: number;
  readonly me: OwnMembershipView;
}

/** The users' private logs: markers, mute, pin and archive, each change at the user's next `stateRev`. */
export abstract class MemberStateStore {
  /**
   * Changes a user's state in a conversation to what `decide` returns; null changes nothing.
   * @returns what was changed, or how it is; null for a conversation that does not exist
   * @throws DomainError `not_found` or `not_a_member` for an outsider
   */
  abstract change(
    conversationId: string,
    userId: string,
    decide: (state: MemberState, conversation: Conversation) => MemberState | null,
  ): Promise<{ changed: boolean; memberCount: number; change: MemberStateChange } | null>;
}
