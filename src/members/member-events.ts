import { conversationAdded } from '../conversations/conversation-events.js';
import type { DomainEvent, LeaveReason } from '../domain-events.js';
import type { StoredMemberChanges } from './member-changes.js';

/** The circumstances of a change that its events carry. */
export interface MemberEventContext {
  readonly conversationId: string;
  /** The user who made the change. */
  readonly actorId: string;
  /** The reason that a leaving actor has: `left`, or `deleted` with the account. */
  readonly ownReason: LeaveReason;
  readonly isOnline: (userId: string) => boolean;
}

/**
 * The events of member changes, in the order of publication.
 *
 * New members receive the conversation before its members see them join. Departed members lose it before the others see
 * them leave, so that no later event reaches them.
 */
export function memberEvents(
  { changes, inBlocks, added, deleted }: StoredMemberChanges,
  { conversationId, actorId, ownReason, isOnline }: MemberEventContext,
): DomainEvent[] {
  // One event goes to all members: a user with a block appears offline to all of them.
  const isOnlineForAll = (userId: string): boolean => isOnline(userId) && !inBlocks.includes(userId);
  const events = conversationAdded(added);
  for (const { kind, userId, rev, member } of changes) {
    if (kind === 'leave') {
      const reason = userId === actorId ? ownReason : 'removed';
      events.push({ name: 'conversation.removed', event: { conversationId, userId, reason } });
      if (deleted) continue;
      events.push({ name: 'member.left', event: { conversationId, rev, userId, by: actorId, reason } });
    } else if (member) {
      const name = kind === 'join' ? 'member.joined' : 'member.updated';
      events.push({ name, event: { conversationId, rev, member: { ...member, online: isOnlineForAll(userId) } } });
    }
  }
  return events;
}
