import { DomainError, invalidField } from '../common/domain-error.js';
import { cleanLine, cleanText } from '../common/text.js';

export const CONVERSATION_TYPES = ['direct', 'group', 'room'] as const;
export type ConversationType = (typeof CONVERSATION_TYPES)[number];

export const ROLES = ['owner', 'admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

/** The longest title, in characters. */
export const TITLE_MAX = 100;
/** The longest topic, in characters. */
export const TOPIC_MAX = 500;
/** The most members of a group. Rooms have no limit. */
export const GROUP_MAX = 1_000;
/** Receipts and typing are broadcast in conversations of at most this many members. */
export const RECEIPTS_MAX_MEMBERS = 100;

/** The facts of a conversation that rules decide on. */
export interface Conversation {
  readonly id: string;
  readonly type: ConversationType;
  readonly title: string | null;
  readonly topic: string | null;
  readonly createdBy: string | null;
  readonly lastSeq: number;
  readonly rev: number;
  readonly memberCount: number;
}

/** A current member of a conversation. */
export interface Membership {
  readonly userId: string;
  readonly role: Role;
}

/** A conversation together with the membership of one user, which is null for an outsider. */
export interface Standing {
  readonly conversation: Conversation;
  readonly membership: Membership | null;
  /** The other member of a direct conversation; null for groups and rooms. */
  readonly peerId: string | null;
}

/** The key of a pair of users, the same in either order. A direct conversation is unique by it. */
export const directKey = (a: string, b: string): string => (a < b ? `${a}:${b}` : `${b}:${a}`);

/** The other user of a {@link directKey}; null without a key. */
export const peerOf = (key: string | null, userId: string): string | null =>
  key?.split(':').find((id) => id !== userId) ?? null;

/**
 * Refuses to create a conversation or add members across a block.
 * @param blocked the users concerned who have a block to or from the actor
 * @throws DomainError `blocked`
 */
export function refuseBlocked(blocked: readonly string[]): void {
  if (blocked.length > 0) throw new DomainError('blocked', 'One of you has blocked the other.');
}

/** @throws DomainError `validation_failed` for a title that is blank, too long, or not a single line */
export const cleanTitle = (raw: string): string => cleanLine('title', raw, TITLE_MAX);

/** The topic to store; a blank topic becomes null. @throws DomainError `validation_failed` */
export const cleanTopic = (raw: string | null): string | null =>
  raw === null || raw.trim() === '' ? null : cleanText('topic', raw, TOPIC_MAX);

/**
 * Checks the shape of a new conversation.
 * @param others the ids of the members besides the creator
 * @throws DomainError `validation_failed`
 */
export function checkNew(
  type: ConversationType,
  title: string | null,
  topic: string | null,
  others: readonly string[],
): void {
  if (type === 'room' && title === null) throw invalidField('title', 'required', 'is required for a room');
  if (type !== 'direct') {
    if (others.length >= GROUP_MAX) throw invalidField('memberIds', 'maxItems', `must be fewer than ${GROUP_MAX}`);
    return;
  }
  if (others.length !== 1) {
    throw invalidField('memberIds', 'directPair', 'must name exactly one other user for a direct conversation');
  }
  if (title !== null) throw invalidField('title', 'directPair', 'is not for direct conversations');
  if (topic !== null) throw invalidField('topic', 'directPair', 'is not for direct conversations');
}

/** The error for an outsider. Private conversations answer `not_found`, so that their existence stays hidden. */
function outsideError(type: ConversationType): DomainError {
  return type === 'room'
    ? new DomainError('not_a_member', 'You are not a member of this room. Join it first.')
    : noSuchConversation();
}

export function noSuchConversation(): DomainError {
  return new DomainError('not_found', 'There is no such conversation.');
}

/** The actor's membership. @throws DomainError `not_found` or `not_a_member` for an outsider */
export function authoriseMember({
  conversation,
  membership,
}: {
  conversation: Pick<Conversation, 'type'>;
  membership: Membership | null;
}): Membership {
  if (!membership) throw outsideError(conversation.type);
  return membership;
}

/** Rooms are visible to every user, other conversations to their members only. */
export const isVisible = (type: string, isMember: boolean): boolean => isMember || type === 'room';

/** Owners and admins rename groups and rooms. @throws DomainError */
export function authoriseRename(standing: Standing): void {
  refuseDirect(standing, 'A direct conversation has no title.');
  requireRole(standing, ['owner', 'admin'], 'Only owners and admins change the title or topic.');
}

/** The owner deletes a group or room. @throws DomainError */
export function authoriseDelete(standing: Standing): void {
  refuseDirect(standing, 'A direct conversation cannot be deleted.');
  requireRole(standing, ['owner'], 'Only the owner deletes a conversation.');
}

/** @throws DomainError `forbidden` for a member of a direct conversation; the errors of {@link authoriseMember} */
export function refuseDirect(standing: Standing, detail: string): void {
  authoriseMember(standing);
  if (standing.conversation.type === 'direct') throw new DomainError('forbidden', detail);
}

/** The actor's membership, with one of `roles`. @throws DomainError `forbidden`; the errors of {@link authoriseMember} */
export function requireRole(standing: Standing, roles: readonly Role[], detail: string): Membership {
  const membership = authoriseMember(standing);
  if (!roles.includes(membership.role)) throw new DomainError('forbidden', detail);
  return membership;
}
