import type { Stored } from '../common/event-bus.js';
import type { Conversation } from '../conversations/conversation.js';
import type { DomainEvent } from '../domain-events.js';
import type { MemberState, MemberStateChange, ReceiptKind } from './member-state.js';

/** The member whose private state changes. */
export interface MemberStateCommand {
  readonly conversationId: string;
  readonly userId: string;
  /** The receipt that the other members receive if its marker moves; null for none. */
  readonly receipt: ReceiptKind | null;
}

/**
 * The private state of members: markers, mute, pin and archive. Each change takes the user's next `stateRev`. The changes
 * of one user run one after the other, and each publishes its events before its promise resolves.
 */
export abstract class MemberStateStore {
  /**
   * Changes the state to the result of `decide`; an equal state changes nothing. Publishes the events of
   * `memberStateEvents`.
   * @returns the state after the change; null when there is no such conversation
   * @throws DomainError `not_found` or `not_a_member` for an outsider; `unavailable` when too many changes wait
   */
  abstract change(
    command: MemberStateCommand,
    decide: (state: MemberState, conversation: Conversation) => MemberState,
  ): Promise<Stored<MemberStateChange | null, DomainEvent>>;
}
