import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Epoch } from '../common/epoch.js';
import { RECEIPTS_MAX_MEMBERS } from '../conversations/conversation.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { PresenceService } from '../presence/presence.service.js';
import type { PeekView, Sync, SyncConversationView, SyncResultView } from './sync.dto.js';
import { entryBytes, fitToBudget } from './response-budget.js';
import { type LogSlice, type SyncMember, SyncRepository } from './sync.repository.js';
import { cutAtRev, type Head, mustReset, RESET_MESSAGES, SYNC_LIMIT } from './sync.js';

/** Conversations that are read together, and how many messages of them, unless one has more. */
const CHUNK = 20;
const CHUNK_MESSAGES = 500;
/** An answer ends once it holds this much; the client calls again. One that starts a conversation over may be larger by that. */
const MAX_CONVERSATIONS = 200;
const MAX_BYTES = 1_500_000;
/** As much as the largest message takes. Where less is left, as after a cut, no other conversation is begun. */
const ROOM_BYTES = 100_000;
const MAX_OWN_STATES = 1_000;
const PEEK_CONVERSATIONS = 10;

/** A `rev` by each conversation's id. */
type Revs = Readonly<Record<string, number>>;

/** Brings a client from what it knows to what is, in bounded answers. */
@Injectable()
export class SyncService {
  constructor(
    private readonly changes: SyncRepository,
    private readonly epoch: Epoch,
    private readonly presence: PresenceService,
    private readonly clock: Clock,
  ) {}

  /**
   * What changed since the client's numbers. How far everything had come is read before the changes: what is stored in
   * between is told twice, and never lost.
   */
  async sync(actor: Actor, command: Sync): Promise<SyncResultView> {
    const { userId } = actor;
    const named = foldedIds(command.conversations);
    const sameLife = command.epoch === undefined || command.epoch === this.epoch.value;
    const known = sameLife ? named : {};
    const { stateRev, heads } = await this.changes.heads(userId);
    const behind = heads.filter(({ conversationId, rev }) => known[conversationId] !== rev);

    const { entries, rest } = await this.entries(userId, behind, known, command.limit ?? SYNC_LIMIT.default);
    const own = await this.changes.ownStates(
      userId,
      sameLife ? (command.stateRev ?? 0) : 0,
      stateRev,
      MAX_OWN_STATES + 1,
    );
    const ownIsCut = own.length > MAX_OWN_STATES;
    return {
      serverTime: this.clock.now().toISOString(),
      epoch: this.epoch.value,
      stateRev: ownIsCut ? (own[MAX_OWN_STATES - 1]?.stateRev ?? 0) : stateRev,
      complete: rest === 0 && !ownIsCut,
      conversations: entries,
      me: own.slice(0, MAX_OWN_STATES).map(({ conversationId, me }) => ({ conversationId, me })),
      left: gone(named, heads),
      receipts: await this.changes.receipts(userId, command.receiptsOf ?? [], RECEIPTS_MAX_MEMBERS),
    };
  }

  /** What is unread, for a client that has a moment only. */
  async peek(actor: Actor): Promise<PeekView> {
    const { unread, conversations } = await this.changes.unread(actor.userId, PEEK_CONVERSATIONS);
    return {
      unread,
      conversations: conversations.map(({ id, title, peer, me, lastMessage }) => ({
        id,
        title: title ?? peer?.displayName ?? null,
        unreadCount: me?.unreadCount ?? 0,
        lastMessage,
      })),
      serverTime: this.clock.now().toISOString(),
    };
  }

  private async entries(
    userId: string,
    behind: readonly Head[],
    known: Revs,
    limit: number,
  ): Promise<{ entries: SyncConversationView[]; rest: number }> {
    const entries: SyncConversationView[] = [];
    let left = MAX_BYTES;
    let done = 0;
    while (done < behind.length && done < MAX_CONVERSATIONS && left >= ROOM_BYTES) {
      const heads = chunkOf(behind.slice(done, done + CHUNK), known, limit);
      const read = await this.read(userId, heads, known, limit);
      for (const head of heads) {
        if (left < ROOM_BYTES) break;
        const entry = entryOf(read, head, limit, left);
        done++;
        if (!entry) continue;
        entries.push(entry);
        left -= entryBytes(entry);
      }
    }
    return { entries, rest: behind.length - done };
  }

  private async read(userId: string, heads: readonly Head[], known: Revs, limit: number): Promise<Read> {
    const fresh: Head[] = [];
    const stretches: LogSlice[] = [];
    for (const head of heads) {
      const from = known[head.conversationId];
      if (from === undefined || mustReset(from, head.rev)) fresh.push(head);
      else stretches.push({ ...head, known: from });
    }
    const messages = await this.changes.changedMessages(stretches, limit);
    const members = await this.changes.changedMembers(stretches, limit);
    const newest = await this.changes.newestMessages(fresh);
    const first = await this.changes.firstMembers(fresh);
    const views = await this.changes.views(
      userId,
      heads.map(({ conversationId }) => conversationId),
    );
    const memberIds = [...members.values(), ...first.values()].flat().map(({ user }) => user.id);
    return {
      fresh: new Set(fresh.map(({ conversationId }) => conversationId)),
      messages: new Map([...messages, ...newest]),
      members: new Map([...members, ...first]),
      views,
      online: await this.presence.onlineFor(userId, memberIds),
    };
  }
}

/** What was read of some conversations, by their ids. */
interface Read {
  /** Those that start over. */
  readonly fresh: ReadonlySet<string>;
  readonly messages: ReadonlyMap<string, readonly MessageView[]>;
  readonly members: ReadonlyMap<string, readonly SyncMember[]>;
  readonly views: ReadonlyMap<string, ConversationView>;
  readonly online: ReadonlySet<string>;
}

/** The first of them, and as many more as do not have too many messages together. */
function chunkOf(heads: readonly Head[], known: Revs, limit: number): readonly Head[] {
  let messages = 0;
  const end = heads.findIndex(({ conversationId, rev }, at) => {
    const from = known[conversationId];
    messages += from === undefined || mustReset(from, rev) ? RESET_MESSAGES : Math.min(limit, rev - from);
    return at > 0 && messages > CHUNK_MESSAGES;
  });
  return end < 0 ? heads : heads.slice(0, end);
}

/** A conversation's part of the answer, its changes cut at `bytes`; null for one that the user has left meanwhile. */
function entryOf(
  read: Read,
  { conversationId: id, rev }: Head,
  limit: number,
  bytes: number,
): SyncConversationView | null {
  const conversation = read.views.get(id);
  if (!conversation) return null;
  const [messages, members] = [read.messages.get(id) ?? [], read.members.get(id) ?? []];
  const reset = read.fresh.has(id);
  const part = reset
    ? { messages, members, rev, more: false }
    : cutAtRev(messages, members, Math.min(limit, fitToBudget(messages, bytes)), rev);
  return {
    conversation,
    rev: part.rev,
    reset,
    more: part.more,
    messages: [...part.messages],
    members: part.members.map((member) => ({ ...member, online: read.online.has(member.user.id) })),
  };
}

/** Upper case is taken, and rare: most clients' own object does as it is. */
function foldedIds(revs: Revs): Revs {
  const ids = Object.keys(revs);
  if (ids.every((id) => id === id.toLowerCase())) return revs;
  return Object.fromEntries(ids.map((id) => [id.toLowerCase(), revs[id] ?? 0]));
}

/** Those that the client names and the user is not in. */
function gone(named: Revs, heads: readonly Head[]): string[] {
  const ids = Object.keys(named);
  const still = heads.filter(({ conversationId }) => named[conversationId] !== undefined);
  if (still.length === ids.length) return [];
  const members = new Set(still.map(({ conversationId }) => conversationId));
  return ids.filter((id) => !members.has(id));
}
