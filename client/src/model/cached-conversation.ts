import type { Conversation, Member, OwnMembership, Role } from '../api-types.js';
import type { SharedConversation } from '../server-events.js';
import type { TimelineSegment } from './timeline-segment.js';

/** Number of newest messages cached for each conversation. */
export const TAIL_MAX = 100;

/** The fields that all members share. Their own `rev` may be newer than the `rev` of the cached conversation. */
export type SharedFields = Pick<
  Conversation,
  'id' | 'type' | 'title' | 'topic' | 'createdBy' | 'createdAt' | 'updatedAt' | 'lastSeq' | 'rev' | 'memberCount'
>;

/** The user's private state in a conversation. */
export interface MemberState {
  readonly role: Role;
  readonly joinedAt: string;
  readonly readSeq: number;
  readonly deliveredSeq: number;
  readonly mutedUntil: string | null;
  readonly pinned: boolean;
  /** The `lastSeq` at the time of archiving. The next message exceeds it, and so restores the conversation. */
  readonly archivedSeq: number | null;
}

/** A conversation in the local cache. Immutable: {@link SyncState} replaces it with each change. */
export interface CachedConversation {
  /** The revision up to which every change is included. */
  readonly rev: number;
  readonly shared: SharedFields;
  readonly peer: Conversation['peer'];
  readonly me: MemberState;
  /** The newest messages, at most {@link TAIL_MAX}. It may have gaps during a sync. */
  readonly tail: TimelineSegment;
  /** By user id. Large conversations hold only the loaded members. */
  readonly members: ReadonlyMap<string, Member>;
}

/** @returns the shared fields only */
export function sharedOf(conversation: SharedConversation): SharedFields {
  const { id, type, title, topic, createdBy, createdAt, updatedAt, lastSeq, rev, memberCount } = conversation;
  return { id, type, title, topic, createdBy, createdAt, updatedAt, lastSeq, rev, memberCount };
}

/** `archived` refers to the last message at that time; marker and unread count give its `seq`. */
export function memberStateOf(me: OwnMembership): MemberState {
  const { role, joinedAt, readSeq, deliveredSeq, mutedUntil, pinned } = me;
  const archivedSeq = me.archived ? me.readSeq + me.unreadCount : null;
  return { role, joinedAt, readSeq, deliveredSeq, mutedUntil, pinned, archivedSeq };
}

/** @returns the membership in the format of the API */
export function membershipOf({ me, shared }: Pick<CachedConversation, 'me' | 'shared'>): OwnMembership {
  const { archivedSeq, ...rest } = me;
  return { ...rest, archived: archivedSeq === shared.lastSeq, unreadCount: Math.max(0, shared.lastSeq - me.readSeq) };
}

/** Merges a newer membership. Markers only move forward, as the user's own messages move them too. */
export function withMembership(cached: CachedConversation, me: OwnMembership): CachedConversation {
  // A late event of a former membership does not apply.
  if (cached.me.joinedAt !== me.joinedAt) return cached;
  const state = memberStateOf(me);
  return {
    ...cached,
    me: {
      ...state,
      // The role is part of the conversation's log, which orders its changes.
      role: cached.me.role,
      readSeq: Math.max(cached.me.readSeq, state.readSeq),
      deliveredSeq: Math.max(cached.me.deliveredSeq, state.deliveredSeq),
    },
  };
}
