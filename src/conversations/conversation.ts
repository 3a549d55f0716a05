import { DomainError, invalidField } from '../common/domain-error.js';
import { cleanLine, cleanText } from '../common/text.js';

export const CONVERSATION_TYPES = ['direct', 'group', 'room'] as const;
export type ConversationType = (typeof CONVERSATION_TYPES)[number];

export const ROLES = ['owner', 'admin', 'member'] as const;
export type Role = (typeof ROLES)[number];

export const TITLE_MAX = 100;
export const TOPIC_MAX = 500;
/** Groups are for people who know each other; rooms have no bound. */
export const GROUP_MAX = 1_000;
/** Others hear of receipts in conversations of up to this many members. */
export const RECEIPTS_MAX_MEMBERS = 100;

/** What a conversation is, as its rules need it. */
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

/** Someone's place in a conversation while they are in it. */
export interface Membership {
  readonly userId: string;
  readonly role: Role;
}

/** A user's view of the door: the conversation, and their place in it if they are in. */
export interface Standing {
  readonly conversation: Conversation;
  readonly membership: Membership | null;
  /** The other one of a direct conversation. */
  readonly peerId: string | null;
}

/** The key of a pair of users, whoever of them asks. */
export const directKey = (a: string, b: string): string => (a < b ? `${a}:${b}` : `${b}:${a}`);

/** The other one of a pair; null when there is no pair. */
export const peerOf = (key: string | null, userId: string): string | null =>
  key?.split(':').find((id) => id !== userId) ?? null;

/** Nobody starts, goes on or adds across a block. @param blocked those concerned who are in a block with the actor */
export function refuseBlocked(blocked: readonly string[]): void {
  if (blocked.length > 0) throw new DomainError('blocked', 'One of you has blocked the other.');
}

/** @throws DomainError `validation_failed` for a title that is blank, too long, or not a single line */
export const cleanTitle = (raw: string): string => cleanLine('title', raw, TITLE_MAX);

/** A topic as it is stored; a blank one is none. @throws DomainError `validation_failed` */
export const cleanTopic = (raw: string | null): string | null =>
  raw === null || raw.trim() === '' ? null : cleanText('topic', raw, TOPIC_MAX);

/** What a new conversation has to look like. @throws DomainError `validation_failed` */
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

/** What someone who is not a member is told: private conversations do not exist for them. */
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

/** Public rooms are seen by everybody, the rest by members: for others they do not exist. */
export const isVisible = (type: string, isMember: boolean): boolean => isMember || type === 'room';

/** Only rooms are joined; others stay hidden. @throws DomainError `not_found` */
export function authoriseJoin({ conversation, membership }: Standing): void {
  if (conversation.type === 'room') return;
  if (membership) throw new DomainError('not_found', 'Only rooms can be joined.');
  throw noSuchConversation();
}

/** Owners and admins rename groups and rooms. @throws DomainError */
export function authoriseRename(standing: Standing): void {
  refuseDirect(standing, 'A direct conversation has no title.');
  needRole(standing, ['owner', 'admin'], 'Only owners and admins change the title or topic.');
}

/** The owner deletes a group or room. @throws DomainError */
export function authoriseDelete(standing: Standing): void {
  refuseDirect(standing, 'A direct conversation cannot be deleted.');
  needRole(standing, ['owner'], 'Only the owner deletes a conversation.');
}

/** Any member adds to a group; owners and admins add to a room. @throws DomainError */
export function authoriseAdd(standing: Standing): void {
  refuseDirect(standing, 'Nobody can be added to a direct conversation.');
  if (standing.conversation.type === 'room') {
    needRole(standing, ['owner', 'admin'], 'Only owners and admins add members to a room.');
  }
}

/** The owner removes anyone, admins remove members. @throws DomainError */
export function authoriseRemove(standing: Standing, target: Membership | null): asserts target is Membership {
  refuseDirect(standing, 'Nobody can be removed from a direct conversation.');
  const actor = needRole(standing, ['owner', 'admin'], 'Only owners and admins remove members.');
  if (!target) throw new DomainError('not_found', 'There is no such member.');
  if (actor.role === 'admin' && target.role !== 'member') {
    throw new DomainError('forbidden', 'Admins remove members only.');
  }
}

/** Anyone leaves, except a direct conversation. @throws DomainError */
export function authoriseLeave(standing: Standing): Membership {
  const membership = authoriseMember(standing);
  if (standing.conversation.type === 'direct') {
    throw new DomainError('forbidden', 'A direct conversation cannot be left. Archive it.');
  }
  return membership;
}

/** Who goes, and who owns the conversation then. @returns the changes in the order in which they take their `rev` */
export const departure = (
  { userId, role }: Membership,
  successor: Membership | null,
): ({ kind: 'leave'; userId: string } | { kind: 'role'; userId: string; role: Role })[] => [
  { kind: 'leave', userId },
  ...(role === 'owner' && successor
    ? [{ kind: 'role' as const, userId: successor.userId, role: 'owner' as const }]
    : []),
];

/**
 * The owner gives roles; giving `owner` away makes the giver an admin.
 * @returns the role changes, in the order in which they take their `rev`; none when nothing changes
 * @throws DomainError
 */
export function roleChanges(standing: Standing, target: Membership | null, role: Role): Membership[] {
  refuseDirect(standing, 'A direct conversation has no roles.');
  const actor = needRole(standing, ['owner'], 'Only the owner changes roles.');
  if (!target) throw new DomainError('not_found', 'There is no such member.');
  if (target.role === role) return [];
  if (target.userId === actor.userId) {
    throw new DomainError('conflict', 'Give the ownership to someone else, and you become an admin.');
  }
  const given: Membership = { userId: target.userId, role };
  return role === 'owner' ? [given, { userId: actor.userId, role: 'admin' }] : [given];
}

function refuseDirect(standing: Standing, detail: string): void {
  authoriseMember(standing);
  if (standing.conversation.type === 'direct') throw new DomainError('forbidden', detail);
}

function needRole(standing: Standing, roles: readonly Role[], detail: string): Membership {
  const membership = authoriseMember(standing);
  if (!roles.includes(membership.role)) throw new DomainError('forbidden', detail);
  return membership;
}

/** A conversation ends with its last member; but a room stays, for anybody to join. */
export const isAbandoned = (type: ConversationType, memberCount: number): boolean =>
  type !== 'room' && memberCount === 0;
