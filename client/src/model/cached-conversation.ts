import type { SharedConversation } from '../server-events.js';
import type { Conversation, Member, OwnMembership, Role } from '../api-types.js';
import type { TimelineSegment } from './timeline-segment.js';

/** Newest messages that are held of each conversation, shown or not. */
export const TAIL_MAX = 100;

/** The fields that all members share. Their `rev` says how new they are, which may be newer than what is known. */
export type Shared = Pick<
  Conversation,
  'id' | 'type' | 'title' | 'topic' | 'createdBy' | 'createdAt' | 'updatedAt' | 'lastSeq' | 'rev' | 'memberCount'
>;

/** What is private to oneself in a conversation. */
export interface MemberState {
  readonly role: Role;
  readonly joinedAt: string;
  readonly readSeq: number;
  readonly deliveredSeq: number;
  readonly mutedUntil: string | null;
  readonly pinned: boolean;
  /** The `lastSeq` at which it was archived: the next message brings it back. */
  readonly archivedSeq: number | null;
}

/** A conversation as a device holds it. Never changed: a change makes another. */
export interface CachedConversation {
  /** The number: every change up to here is in. */
  readonly known: number;
  readonly shared: Shared;
  readonly peer: Conversation['peer'];
  readonly me: MemberState;
  /** The newest messages, at most {@link TAIL_MAX}. While a sync is half way it may have holes. */
  readonly tail: TimelineSegment;
  /** By user id; of a large conversation those that are known. */
  readonly members: ReadonlyMap<string, Member>;
}

/** @returns those fields and no others */
export function sharedOf(conversation: SharedConversation): Shared {
  const { id, type, title, topic, createdBy, createdAt, updatedAt, lastSeq, rev, memberCount } = conversation;
  return { id, type, title, topic, createdBy, createdAt, updatedAt, lastSeq, rev, memberCount };
}

/** `archived` speaks of the last message at that moment, which the unread count gives away. */
export function ownOf(me: OwnMembership): MemberState {
  const { role, joinedAt, readSeq, deliveredSeq, mutedUntil, pinned } = me;
  const archivedSeq = me.archived ? me.readSeq + me.unreadCount : null;
  return { role, joinedAt, readSeq, deliveredSeq, mutedUntil, pinned, archivedSeq };
}

/** @returns the same in the server's words */
export function membershipOf({ me, shared }: Pick<CachedConversation, 'me' | 'shared'>): OwnMembership {
  const { archivedSeq, ...rest } = me;
  return { ...rest, archived: archivedSeq === shared.lastSeq, unreadCount: Math.max(0, shared.lastSeq - me.readSeq) };
}

/** What came of one's own state: markers only go forward, as one's own messages move them too. */
export function withOwn(copy: CachedConversation, me: OwnMembership): CachedConversation {
  // Late news of a former membership is no news of this one.
  if (copy.me.joinedAt !== me.joinedAt) return copy;
  const own = ownOf(me);
  return {
    ...copy,
    me: {
      ...own,
      // A role is the conversation's, and changes with its log.
      role: copy.me.role,
      readSeq: Math.max(copy.me.readSeq, own.readSeq),
      deliveredSeq: Math.max(copy.me.deliveredSeq, own.deliveredSeq),
    },
  };
}
