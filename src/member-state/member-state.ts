import { RECEIPTS_MAX_MEMBERS } from '../conversations/conversation.js';
import type { DomainEvent } from '../domain-events.js';
import type { OwnMembershipView } from '../read-models/conversation.view.dto.js';

/** The private state of a member in a conversation. */
export interface MemberState {
  readonly readSeq: number;
  readonly deliveredSeq: number;
  readonly mutedUntil: Date | null;
  readonly pinned: boolean;
  /** The `lastSeq` at which the member archived the conversation; null if not archived. */
  readonly archivedSeq: number | null;
}

export type ReceiptKind = 'read' | 'delivered';

/** A member's state as stored. */
export interface MemberStateChange {
  readonly userId: string;
  readonly conversationId: string;
  /** The user's `stateRev` after the change. */
  readonly stateRev: number;
  readonly me: OwnMembershipView;
}

/** The facts that the events of a change depend on. */
export interface MemberStateOutcome {
  readonly before: MemberState;
  /** False when the new state equals the previous one. */
  readonly changed: boolean;
  readonly after: MemberStateChange;
  readonly receipt: ReceiptKind | null;
  readonly memberCount: number;
}

/** Moves the read marker, and the delivered marker with it: forward only, at most to the last message. */
export function markRead(state: MemberState, seq: number, lastSeq: number): MemberState {
  const readSeq = Math.max(state.readSeq, Math.min(seq, lastSeq));
  return { ...state, readSeq, deliveredSeq: Math.max(state.deliveredSeq, readSeq) };
}

/** Moves the delivered marker: forward only, at most to the last message. */
export function markDelivered(state: MemberState, seq: number, lastSeq: number): MemberState {
  return { ...state, deliveredSeq: Math.max(state.deliveredSeq, Math.min(seq, lastSeq)) };
}

export const isSameState = (a: MemberState, b: MemberState): boolean =>
  a.readSeq === b.readSeq &&
  a.deliveredSeq === b.deliveredSeq &&
  a.mutedUntil?.getTime() === b.mutedUntil?.getTime() &&
  a.pinned === b.pinned &&
  a.archivedSeq === b.archivedSeq;

/**
 * The events of a change, in the order of publication: the new state for the user's own devices, then a receipt for the
 * other members, unless the marker stayed or the conversation is too large for receipts.
 */
export function memberStateEvents({ before, changed, after, receipt, memberCount }: MemberStateOutcome): DomainEvent[] {
  const { conversationId, userId, me } = after;
  const events: DomainEvent[] = changed ? [{ name: 'conversation.me', event: after }] : [];
  if (receipt === null || memberCount > RECEIPTS_MAX_MEMBERS) return events;
  const [from, seq] = receipt === 'read' ? [before.readSeq, me.readSeq] : [before.deliveredSeq, me.deliveredSeq];
  if (seq > from) events.push({ name: `receipt.${receipt}`, event: { conversationId, userId, seq } });
  return events;
}
