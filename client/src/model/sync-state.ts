import type { Member, Message, SyncRequest, SyncResult } from '../api-types.js';
import type { ServerEvents } from '../generated/events.js';
import type { LeaveReason, LogEvent } from '../server-events.js';
import {
  type CachedConversation,
  memberStateOf,
  type SharedFields,
  sharedOf,
  TAIL_MAX,
  withMembership,
} from './cached-conversation.js';
import { trim, upsert, segmentToEnd } from './timeline-segment.js';

/**
 * `applied`: the event had the next revision. `ignored`: already included. `gap`: an earlier change is missing, so that
 * it was not applied.
 */
export type Outcome = 'applied' | 'ignored' | 'gap';

/** A member who left. */
export interface Departure {
  readonly userId: string;
  readonly by: string | null;
  readonly reason: LeaveReason;
  /** RFC 3339; null for now. */
  readonly at: string | null;
}

/** The effect of an event or a sync on one conversation. `ClientCore` passes it to the lists, caches and stores. */
export interface StateChange {
  readonly conversationId: string;
  /** `reset`: the cached conversation was replaced as a whole. */
  readonly kind: 'changed' | 'reset' | 'removed';
  /** The user became a member after the first sync. */
  readonly isNew: boolean;
  /** New and changed messages, in the order of the log. */
  readonly messages: readonly Message[];
  /** Those of `messages` that are new and by other users. */
  readonly newFromOthers: readonly Message[];
  readonly joined: readonly Member[];
  readonly left: readonly Departure[];
  /** With `removed`. */
  readonly reason: LeaveReason | null;
}

type RevisedEvent = Extract<LogEvent, { payload: { rev: number } }>;

/**
 * The cached conversations of one user, and the rule by which they follow the server: an event with `rev == cached + 1`
 * is applied, `rev <= cached` is ignored, and `rev > cached + 1` is a gap. The same holds for the user's `stateRev`.
 * {@link SyncEngine} applies events and syncs; all views read it.
 */
export class SyncState {
  epoch: string | undefined;
  stateRev: number | undefined;
  private readonly conversations = new Map<string, CachedConversation>();
  /** Conversations of another epoch or a former membership. They stay visible, but a sync requests them as a whole. */
  private readonly stale = new Set<string>();

  constructor(readonly userId: string) {}

  get(conversationId: string): CachedConversation | undefined {
    return this.conversations.get(conversationId);
  }

  all(): IterableIterator<CachedConversation> {
    return this.conversations.values();
  }

  /** Loads the state that a local store has kept. */
  restore(epoch: string | undefined, stateRev: number | undefined, conversations: Iterable<CachedConversation>): void {
    this.epoch = epoch;
    this.stateRev = stateRev;
    for (const cached of conversations) this.conversations.set(cached.shared.id, cached);
  }

  /** Adds members that a list has loaded. Newer entries win. */
  mergeMembers(conversationId: string, members: readonly Member[]): boolean {
    const cached = this.conversations.get(conversationId);
    const newer = members.filter((member) => (cached?.members.get(member.user.id)?.rev ?? 0) <= member.rev);
    if (!cached || newer.length === 0) return false;
    const all = new Map(cached.members);
    for (const member of newer) all.set(member.user.id, member);
    this.conversations.set(conversationId, { ...cached, members: all });
    return true;
  }

  /** The revisions to send with a sync. */
  syncRequest(): SyncRequest {
    const named = [...this.conversations.values()].filter(({ shared }) => !this.stale.has(shared.id));
    return {
      ...(this.epoch !== undefined && { epoch: this.epoch }),
      ...(this.stateRev !== undefined && { stateRev: this.stateRev }),
      conversations: Object.fromEntries(named.map(({ shared, rev }) => [shared.id, rev])),
    };
  }

  /** Whether an event announces a change that the state does not include. */
  isMissing(event: LogEvent): boolean {
    if (!('rev' in event.payload)) return 'stateRev' in event.payload && event.payload.stateRev > (this.stateRev ?? -1);
    const { conversationId, rev } = event.payload;
    return this.stale.has(conversationId) || (this.conversations.get(conversationId)?.rev ?? -1) < rev;
  }

  /** Applies an event if it has the next revision. */
  apply(event: LogEvent): { outcome: Outcome; change?: StateChange } {
    switch (event.name) {
      case 'conversation:added': {
        const { id } = event.payload.conversation;
        if (this.conversations.has(id)) this.stale.add(id);
        return { outcome: 'gap' };
      }
      case 'conversation:removed':
        return this.remove(event.payload.conversationId, event.payload.reason);
      case 'conversation:me':
        return this.applyOwn(event.payload);
      case 'conversation:changed':
        return {
          outcome:
            (this.conversations.get(event.payload.conversationId)?.rev ?? -1) < event.payload.rev ? 'gap' : 'ignored',
        };
      default:
        return this.applyChange(event);
    }
  }

  /**
   * Applies one answer of a sync. A conversation that arrives as a whole replaces the cached one at this moment.
   * @returns the changes, and whether the sync is complete; otherwise request the next page
   */
  applySync(answer: SyncResult): { changes: StateChange[]; isComplete: boolean } {
    const isFirst = this.stateRev === undefined;
    if (this.epoch !== undefined && this.epoch !== answer.epoch)
      for (const id of this.conversations.keys()) this.stale.add(id);
    const changes = answer.conversations.map((entry) => this.applyEntry(entry, isFirst));
    for (const id of answer.left) changes.push(...changesOf(this.remove(id, 'removed')));
    for (const { conversationId, me } of answer.me) {
      const cached = this.conversations.get(conversationId);
      if (!cached || this.stale.has(conversationId)) continue;
      this.conversations.set(conversationId, withMembership(cached, me));
      changes.push(unchanged(conversationId));
    }
    this.stateRev = answer.stateRev;
    this.epoch = answer.epoch;
    const isComplete = answer.complete && !answer.conversations.some(({ more }) => more);
    if (isComplete) {
      // The sync did not include these conversations: the user is no longer a member.
      for (const id of [...this.stale]) changes.push(...changesOf(this.remove(id, 'removed')));
    }
    return { changes, isComplete };
  }

  private remove(conversationId: string, reason: LeaveReason): { outcome: Outcome; change?: StateChange } {
    this.stale.delete(conversationId);
    if (!this.conversations.delete(conversationId)) return { outcome: 'ignored' };
    return { outcome: 'applied', change: { ...unchanged(conversationId), kind: 'removed', reason } };
  }

  private applyOwn({ conversationId, stateRev, me }: ServerEvents['conversation:me']): ReturnType<SyncState['apply']> {
    if (this.stateRev === undefined || stateRev > this.stateRev + 1) return { outcome: 'gap' };
    if (stateRev <= this.stateRev) return { outcome: 'ignored' };
    this.stateRev = stateRev;
    const cached = this.conversations.get(conversationId);
    if (cached) this.conversations.set(conversationId, withMembership(cached, me));
    return { outcome: 'applied', change: unchanged(conversationId) };
  }

  private applyChange(event: Exclude<RevisedEvent, { name: 'conversation:changed' }>): ReturnType<SyncState['apply']> {
    const { conversationId, rev } = event.payload;
    const cached = this.conversations.get(conversationId);
    if (!cached || this.stale.has(conversationId) || rev > cached.rev + 1) return { outcome: 'gap' };
    if (rev <= cached.rev) return { outcome: 'ignored' };
    const { next, change } = this.reduce(cached, event);
    const shared = { ...next.shared, rev: Math.max(next.shared.rev, rev) };
    this.conversations.set(conversationId, { ...next, rev, shared });
    return { outcome: 'applied', change: { ...unchanged(conversationId), ...change } };
  }

  private reduce(
    cached: CachedConversation,
    event: Exclude<RevisedEvent, { name: 'conversation:changed' }>,
  ): { next: CachedConversation; change: Partial<StateChange> } {
    // A sync may already have delivered fields that include this change.
    const isNewer = event.payload.rev > cached.shared.rev;
    switch (event.name) {
      case 'message:created':
      case 'message:updated':
      case 'message:deleted': {
        const { message } = event.payload;
        const updated = withMessages(cached, [message]);
        if (event.name !== 'message:created') return { next: updated, change: { messages: [message] } };
        const newFromOthers = message.sender.id === this.userId ? [] : [message];
        return { next: this.withNewMessage(updated, message), change: { messages: [message], newFromOthers } };
      }
      case 'member:joined':
      case 'member:updated': {
        const { member } = event.payload;
        const isJoin = event.name === 'member:joined';
        const members = new Map(cached.members).set(member.user.id, member);
        const isSelf = member.user.id === this.userId;
        const me = isSelf ? { ...cached.me, role: member.role, joinedAt: member.joinedAt } : cached.me;
        const shared = isJoin && isNewer ? withMemberCount(cached.shared, 1) : cached.shared;
        return { next: { ...cached, members, me, shared }, change: { joined: isJoin ? [member] : [] } };
      }
      case 'member:left': {
        const { userId, by, reason } = event.payload;
        const members = new Map(cached.members);
        members.delete(userId);
        const shared = isNewer ? withMemberCount(cached.shared, -1) : cached.shared;
        return { next: { ...cached, members, shared }, change: { left: [{ userId, by, reason, at: null }] } };
      }
      case 'conversation:updated':
        return { next: isNewer ? { ...cached, shared: sharedOf(event.payload.conversation) } : cached, change: {} };
    }
  }

  /** Adds the effect of a new message. The user's own messages count as read, from any device. */
  private withNewMessage(cached: CachedConversation, { seq, sender }: Message): CachedConversation {
    const shared = { ...cached.shared, lastSeq: Math.max(cached.shared.lastSeq, seq) };
    if (sender.id !== this.userId) return { ...cached, shared };
    const { readSeq, deliveredSeq } = cached.me;
    const me = { ...cached.me, readSeq: Math.max(readSeq, seq), deliveredSeq: Math.max(deliveredSeq, seq) };
    return { ...cached, shared, me };
  }

  private applyEntry({ conversation, ...entry }: SyncResult['conversations'][number], isFirst: boolean): StateChange {
    const { id } = conversation;
    const cached = this.conversations.get(id);
    const isWhole = entry.reset || !cached || this.stale.has(id);
    this.stale.delete(id);
    const base = {
      rev: entry.rev,
      shared: sharedOf(conversation),
      peer: conversation.peer,
      // A sync returns only conversations of which the user is a member.
      me: conversation.me ? memberStateOf(conversation.me) : (cached?.me ?? NO_MEMBERSHIP),
    };
    const members = new Map(isWhole ? [] : cached.members);
    for (const member of entry.members) {
      if (member.leftAt === undefined) members.set(member.user.id, member);
      else members.delete(member.user.id);
    }
    const next = isWhole
      ? { ...base, members, tail: segmentToEnd(entry.messages) }
      : withMessages({ ...base, members, tail: cached.tail }, entry.messages);
    this.conversations.set(id, next);
    const newest = cached?.tail.items.at(-1)?.seq ?? (isFirst ? Infinity : next.me.readSeq);
    return {
      conversationId: id,
      kind: isWhole ? 'reset' : 'changed',
      isNew: !cached && !isFirst,
      messages: entry.messages,
      newFromOthers: entry.messages.filter(
        ({ seq, sender, deletedAt }) => seq > newest && sender.id !== this.userId && deletedAt === null,
      ),
      joined: isWhole
        ? []
        : entry.members.filter(({ leftAt, user }) => leftAt === undefined && !cached.members.has(user.id)),
      left: isWhole ? [] : entry.members.flatMap(departuresOf),
      reason: null,
    };
  }
}

const NO_MEMBERSHIP = {
  role: 'member',
  joinedAt: '',
  readSeq: 0,
  deliveredSeq: 0,
  mutedUntil: null,
  pinned: false,
  archivedSeq: null,
} as const;

const unchanged = (conversationId: string): StateChange => ({
  conversationId,
  kind: 'changed',
  isNew: false,
  messages: [],
  newFromOthers: [],
  joined: [],
  left: [],
  reason: null,
});

const changesOf = ({ change }: { change?: StateChange }): StateChange[] => (change ? [change] : []);

const withMemberCount = (shared: SharedFields, by: number): SharedFields => ({
  ...shared,
  memberCount: shared.memberCount + by,
});

function departuresOf({ user, leftAt }: SyncResult['conversations'][number]['members'][number]): Departure[] {
  return leftAt === undefined ? [] : [{ userId: user.id, by: null, reason: 'left', at: leftAt }];
}

/** Merges messages, keeping the newer revision of each and the newest {@link TAIL_MAX}. */
function withMessages(cached: CachedConversation, messages: readonly Message[]): CachedConversation {
  return { ...cached, tail: trim(messages.reduce(upsert, cached.tail), TAIL_MAX, 'oldest') };
}
