import { DomainError } from '../common/domain-error.js';
import {
  authoriseMember,
  type Membership,
  noSuchConversation,
  refuseDirect,
  requireRole,
  type Role,
  type Standing,
} from '../conversations/conversation.js';
import type { MemberChange } from './member-changes.js';

/** Only rooms are joined; other conversations stay hidden. @throws DomainError `not_found` */
export function authoriseJoin({ conversation, membership }: Standing): void {
  if (conversation.type === 'room') return;
  if (membership) throw new DomainError('not_found', 'Only rooms can be joined.');
  throw noSuchConversation();
}

/** Any member adds to a group; owners and admins add to a room. @throws DomainError */
export function authoriseAdd(standing: Standing): void {
  refuseDirect(standing, 'A direct conversation takes no more members.');
  if (standing.conversation.type === 'room') {
    requireRole(standing, ['owner', 'admin'], 'Only owners and admins add members to a room.');
  }
}

/** The owner removes any member, admins remove members. @throws DomainError */
export function authoriseRemove(standing: Standing, target: Membership | null): asserts target is Membership {
  refuseDirect(standing, 'Members of a direct conversation cannot be removed.');
  const actor = requireRole(standing, ['owner', 'admin'], 'Only owners and admins remove members.');
  if (!target) throw noSuchMember();
  if (actor.role === 'admin' && target.role !== 'member') {
    throw new DomainError('forbidden', 'Admins remove members only.');
  }
}

/** Every member leaves a group or room; a direct conversation cannot be left. @throws DomainError */
export function authoriseLeave(standing: Standing): Membership {
  const membership = authoriseMember(standing);
  if (standing.conversation.type === 'direct') {
    throw new DomainError('forbidden', 'A direct conversation cannot be left. Archive it.');
  }
  return membership;
}

/**
 * A leaving owner hands the conversation over to the successor.
 * @returns the changes, in the order in which they take their `rev`
 */
export const departure = ({ userId, role }: Membership, successor: Membership | null): MemberChange[] => [
  { kind: 'leave', userId },
  ...(role === 'owner' && successor
    ? [{ kind: 'role' as const, userId: successor.userId, role: 'owner' as const }]
    : []),
];

/**
 * The owner changes roles. An owner who gives `owner` to another member becomes an admin.
 * @returns the role changes, in the order in which they take their `rev`; empty when the target has the role already
 * @throws DomainError
 */
export function roleChanges(standing: Standing, target: Membership | null, role: Role): Membership[] {
  refuseDirect(standing, 'A direct conversation has no roles.');
  const actor = requireRole(standing, ['owner'], 'Only the owner changes roles.');
  if (!target) throw noSuchMember();
  if (target.role === role) return [];
  if (target.userId === actor.userId) {
    throw new DomainError('conflict', 'Give the ownership to someone else, and you become an admin.');
  }
  const given: Membership = { userId: target.userId, role };
  return role === 'owner' ? [given, { userId: actor.userId, role: 'admin' }] : [given];
}

export function noSuchMember(): DomainError {
  return new DomainError('not_found', 'There is no such member.');
}
