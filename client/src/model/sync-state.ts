import type { ServerEvents } from '../generated/events.js';
import type { LeaveReason, LogEvent } from '../server-events.js';
import type { Member, Message, SyncRequest, SyncResult } from '../api-types.js';
import { type CachedConversation, ownOf, type Shared, sharedOf, TAIL_MAX, withOwn } from './cached-conversation.js';
import { trim, upsert, segmentToEnd } from './timeline-segment.js';

/** `applied`: it was the next one. `ignored`: seen already. `gap`: something before it was missed, so it was not taken. */
export type Outcome = 'applied' | 'ignored' | 'gap';

/** Somebody who is no longer in a conversation. */
export interface Departure {
  readonly userId: string;
  readonly by: string | null;
  readonly reason: LeaveReason;
  /** RFC 3339; null: now. */
  readonly at: string | null;
}

/** What a step did to one conversation. */
export interface StateChange {
  readonly conversationId: string;
  /** `reset`: all that was held of it was replaced. */
  readonly kind: 'changed' | 'reset' | 'removed';
  /** It is new to who was here before. */
  readonly isNew: boolean;
  /** Messages that are new or changed, in the order of the log. */
  readonly messages: readonly Message[];
  /** Those among them that are new here and by somebody else. */
  readonly fresh: readonly Message[];
  readonly joined: readonly Member[];
  readonly left: readonly Departure[];
  /** With `removed`. */
  readonly reason: LeaveReason | null;
}

type Change = Extract<LogEvent, { payload: { rev: number } }>;

/**
 * All conversations of a user as a device holds them, and the rule by which they follow the server's: an event with
 * `rev == known + 1` is applied, `rev <= known` ignored, `rev > known + 1` is a gap; alike for one's own `stateRev`.
 */
export class SyncState {
  epoch: string | undefined;
  stateRev: number | undefined;
  private readonly copies = new Map<string, CachedConversation>();
  /** Of another life of the database, or of a former membership: shown, but not named in a sync, so that they come whole. */
  private readonly stale = new Set<string>();

  constructor(readonly userId: string) {}

  get(conversationId: string): CachedConversation | undefined {
    return this.copies.get(conversationId);
  }

  all(): IterableIterator<CachedConversation> {
    return this.copies.values();
  }

  /** Takes what was stored. */
  restore(epoch: string | undefined, stateRev: number | undefined, copies: Iterable<CachedConversation>): void {
    this.epoch = epoch;
    this.stateRev = stateRev;
    for (const copy of copies) this.copies.set(copy.shared.id, copy);
  }

  /** Takes members that were asked for, unless newer is known of them. */
  learnMembers(conversationId: string, members: readonly Member[]): boolean {
    const copy = this.copies.get(conversationId);
    const news = members.filter((member) => (copy?.members.get(member.user.id)?.rev ?? 0) <= member.rev);
    if (!copy || news.length === 0) return false;
    const all = new Map(copy.members);
    for (const member of news) all.set(member.user.id, member);
    this.copies.set(conversationId, { ...copy, members: all });
    return true;
  }

  /** What is known, for a sync. */
  request(): SyncRequest {
    const named = [...this.copies.values()].filter(({ shared }) => !this.stale.has(shared.id));
    return {
      ...(this.epoch !== undefined && { epoch: this.epoch }),
      ...(this.stateRev !== undefined && { stateRev: this.stateRev }),
      conversations: Object.fromEntries(named.map(({ shared, known }) => [shared.id, known])),
    };
  }

  /** Whether it tells of something that is not known here. */
  misses(event: LogEvent): boolean {
    if (!('rev' in event.payload)) return 'stateRev' in event.payload && event.payload.stateRev > (this.stateRev ?? -1);
    const { conversationId, rev } = event.payload;
    return this.stale.has(conversationId) || (this.copies.get(conversationId)?.known ?? -1) < rev;
  }

  /** Takes an event, if it is next. */
  apply(event: LogEvent): { outcome: Outcome; effect?: StateChange } {
    switch (event.name) {
      case 'conversation:added': {
        const { id } = event.payload.conversation;
        if (this.copies.has(id)) this.stale.add(id);
        return { outcome: 'gap' };
      }
      case 'conversation:removed':
        return this.remove(event.payload.conversationId, event.payload.reason);
      case 'conversation:me':
        return this.applyOwn(event.payload);
      case 'conversation:changed':
        return {
          outcome: (this.copies.get(event.payload.conversationId)?.known ?? -1) < event.payload.rev ? 'gap' : 'ignored',
        };
      default:
        return this.applyChange(event);
    }
  }

  /**
   * Takes the answer to a sync. What it says of a conversation as a whole replaces what is held of that only now, when it
   * is there.
   * @returns what it did, and whether all is known now; else ask again
   */
  applySync(answer: SyncResult): { effects: StateChange[]; isComplete: boolean } {
    const isFirst = this.stateRev === undefined;
    if (this.epoch !== undefined && this.epoch !== answer.epoch)
      for (const id of this.copies.keys()) this.stale.add(id);
    const effects = answer.conversations.map((entry) => this.landEntry(entry, isFirst));
    for (const id of answer.left) effects.push(...effectOf(this.remove(id, 'removed')));
    for (const { conversationId, me } of answer.me) {
      const copy = this.copies.get(conversationId);
      if (!copy || this.stale.has(conversationId)) continue;
      this.copies.set(conversationId, withOwn(copy, me));
      effects.push(unchanged(conversationId));
    }
    this.stateRev = answer.stateRev;
    this.epoch = answer.epoch;
    const isComplete = answer.complete && !answer.conversations.some(({ more }) => more);
    if (isComplete) {
      // Unnamed, and they did not come: they are no more.
      for (const id of [...this.stale]) effects.push(...effectOf(this.remove(id, 'removed')));
    }
    return { effects, isComplete };
  }

  private remove(conversationId: string, reason: LeaveReason): { outcome: Outcome; effect?: StateChange } {
    this.stale.delete(conversationId);
    if (!this.copies.delete(conversationId)) return { outcome: 'ignored' };
    return { outcome: 'applied', effect: { ...unchanged(conversationId), kind: 'removed', reason } };
  }

  private applyOwn({ conversationId, stateRev, me }: ServerEvents['conversation:me']): ReturnType<SyncState['apply']> {
    if (this.stateRev === undefined || stateRev > this.stateRev + 1) return { outcome: 'gap' };
    if (stateRev <= this.stateRev) return { outcome: 'ignored' };
    this.stateRev = stateRev;
    const copy = this.copies.get(conversationId);
    if (copy) this.copies.set(conversationId, withOwn(copy, me));
    return { outcome: 'applied', effect: unchanged(conversationId) };
  }

  private applyChange(event: Exclude<Change, { name: 'conversation:changed' }>): ReturnType<SyncState['apply']> {
    const { conversationId, rev } = event.payload;
    const copy = this.copies.get(conversationId);
    if (!copy || this.stale.has(conversationId) || rev > copy.known + 1) return { outcome: 'gap' };
    if (rev <= copy.known) return { outcome: 'ignored' };
    const { copy: next, effect } = this.changed(copy, event);
    const shared = { ...next.shared, rev: Math.max(next.shared.rev, rev) };
    this.copies.set(conversationId, { ...next, known: rev, shared });
    return { outcome: 'applied', effect: { ...unchanged(conversationId), ...effect } };
  }

  private changed(
    copy: CachedConversation,
    event: Exclude<Change, { name: 'conversation:changed' }>,
  ): { copy: CachedConversation; effect: Partial<StateChange> } {
    // A sync may have brought fields that already hold this change.
    const isNews = event.payload.rev > copy.shared.rev;
    switch (event.name) {
      case 'message:created':
      case 'message:updated':
      case 'message:deleted': {
        const { message } = event.payload;
        const next = withMessages(copy, [message]);
        if (event.name !== 'message:created') return { copy: next, effect: { messages: [message] } };
        const fresh = message.sender.id === this.userId ? [] : [message];
        return { copy: this.read(next, message), effect: { messages: [message], fresh } };
      }
      case 'member:joined':
      case 'member:updated': {
        const { member } = event.payload;
        const isJoin = event.name === 'member:joined';
        const members = new Map(copy.members).set(member.user.id, member);
        const isSelf = member.user.id === this.userId;
        const me = isSelf ? { ...copy.me, role: member.role, joinedAt: member.joinedAt } : copy.me;
        const shared = isJoin && isNews ? counted(copy.shared, 1) : copy.shared;
        return { copy: { ...copy, members, me, shared }, effect: { joined: isJoin ? [member] : [] } };
      }
      case 'member:left': {
        const { userId, by, reason } = event.payload;
        const members = new Map(copy.members);
        members.delete(userId);
        const shared = isNews ? counted(copy.shared, -1) : copy.shared;
        return { copy: { ...copy, members, shared }, effect: { left: [{ userId, by, reason, at: null }] } };
      }
      case 'conversation:updated':
        return { copy: isNews ? { ...copy, shared: sharedOf(event.payload.conversation) } : copy, effect: {} };
    }
  }

  /** A new message: one's own is read, on whichever device it was written. */
  private read(copy: CachedConversation, { seq, sender }: Message): CachedConversation {
    const shared = { ...copy.shared, lastSeq: Math.max(copy.shared.lastSeq, seq) };
    if (sender.id !== this.userId) return { ...copy, shared };
    const { readSeq, deliveredSeq } = copy.me;
    const me = { ...copy.me, readSeq: Math.max(readSeq, seq), deliveredSeq: Math.max(deliveredSeq, seq) };
    return { ...copy, shared, me };
  }

  private landEntry({ conversation, ...entry }: SyncResult['conversations'][number], isFirst: boolean): StateChange {
    const { id } = conversation;
    const cached = this.copies.get(id);
    const isWhole = entry.reset || !cached || this.stale.has(id);
    this.stale.delete(id);
    const base = {
      known: entry.rev,
      shared: sharedOf(conversation),
      peer: conversation.peer,
      // Only members get a conversation in a sync.
      me: conversation.me ? ownOf(conversation.me) : (cached?.me ?? NOBODY),
    };
    const members = new Map(isWhole ? [] : cached.members);
    for (const member of entry.members) {
      if (member.leftAt === undefined) members.set(member.user.id, member);
      else members.delete(member.user.id);
    }
    const copy = isWhole
      ? { ...base, members, tail: segmentToEnd(entry.messages) }
      : withMessages({ ...base, members, tail: cached.tail }, entry.messages);
    this.copies.set(id, copy);
    const newest = cached?.tail.items.at(-1)?.seq ?? (isFirst ? Infinity : copy.me.readSeq);
    return {
      conversationId: id,
      kind: isWhole ? 'reset' : 'changed',
      isNew: !cached && !isFirst,
      messages: entry.messages,
      fresh: entry.messages.filter(
        ({ seq, sender, deletedAt }) => seq > newest && sender.id !== this.userId && deletedAt === null,
      ),
      joined: isWhole
        ? []
        : entry.members.filter(({ leftAt, user }) => leftAt === undefined && !cached.members.has(user.id)),
      left: isWhole ? [] : entry.members.flatMap(departure),
      reason: null,
    };
  }
}

const NOBODY = {
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
  fresh: [],
  joined: [],
  left: [],
  reason: null,
});

const effectOf = ({ effect }: { effect?: StateChange }): StateChange[] => (effect ? [effect] : []);

const counted = (shared: Shared, by: number): Shared => ({ ...shared, memberCount: shared.memberCount + by });

function departure({ user, leftAt }: SyncResult['conversations'][number]['members'][number]): Departure[] {
  return leftAt === undefined ? [] : [{ userId: user.id, by: null, reason: 'left', at: leftAt }];
}

/** Keeps the newer of what is held and what came, and the newest messages. */
function withMessages(copy: CachedConversation, messages: readonly Message[]): CachedConversation {
  return { ...copy, tail: trim(messages.reduce(upsert, copy.tail), TAIL_MAX, 'oldest') };
}
