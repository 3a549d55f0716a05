import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Epoch } from '../common/epoch.js';
import { RECEIPTS_MAX_MEMBERS } from '../conversations/conversation.js';
import { PresenceService } from '../presence/presence.service.js';
import type { ConversationView } from '../read-models/conversation.view.dto.js';
import type { MessageView } from '../read-models/message.view.dto.js';
import { entryBytes, fitToBudget } from './response-budget.js';
import type { PeekView, Sync, SyncConversationView, SyncResultView } from './sync.dto.js';
import { cutAtRev, type Head, mustReset, RESET_MESSAGES, SYNC_LIMIT } from './sync.js';
import { type LogSlice, type SyncMember, SyncRepository } from './sync.repository.js';

/** Limits of one round of queries: conversations, and messages unless a single conversation has more. */
const CHUNK = 20;
const CHUNK_MESSAGES = 500;
/** Limits of one answer: the client calls again for the rest. A reset may exceed the bytes by one conversation. */
const MAX_CONVERSATIONS = 200;
const MAX_BYTES = 1_500_000;
/** The size of the largest message. With less room left, an answer starts no other conversation. */
const ROOM_BYTES = 100_000;
const MAX_OWN_STATES = 1_000;
const PEEK_CONVERSATIONS = 10;

/** A `rev` for each conversation id. */
type Revs = Readonly<Record<string, number>>;

/** Returns the changes that a client has missed, in bounded answers. */
@Injectable()
export class SyncService {
  constructor(
    private readonly changes: SyncRepository,
    private readonly epoch: Epoch,
    private readonly presence: PresenceService,
    private readonly clock: Clock,
  ) {}

  /**
   * Returns the changes since the positions of the client. The current positions are read before the changes: a change
   * that is stored in between is delivered twice, and never lost.
   */
  async sync(actor: Actor, command: Sync): Promise<SyncResultView> {
    const { userId } = actor;
    const named = foldedIds(command.conversations);
    const sameEpoch = command.epoch === undefined || command.epoch === this.epoch.value;
    const known = sameEpoch ? named : {};
    const { stateRev, heads } = await this.changes.heads(userId);
    const behind = heads.filter(({ conversationId, rev }) => known[conversationId] !== rev);

    const { entries, rest } = await this.entries(userId, behind, known, command.limit ?? SYNC_LIMIT.default);
    const own = await this.changes.ownStates(userId, {
      known: sameEpoch ? (command.stateRev ?? 0) : 0,
      stateRev,
      limit: MAX_OWN_STATES + 1,
    });
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

  /** Returns the unread messages, for a notification extension that has little time. */
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
    const slices: LogSlice[] = [];
    for (const head of heads) {
      const from = known[head.conversationId];
      if (from === undefined || mustReset(from, head.rev)) fresh.push(head);
      else slices.push({ ...head, known: from });
    }
    const messages = await this.changes.changedMessages(slices, limit);
    const members = await this.changes.changedMembers(slices, limit);
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

/** The rows of one round of queries, by conversation id. */
interface Read {
  /** The conversations that are reset. */
  readonly fresh: ReadonlySet<string>;
  readonly messages: ReadonlyMap<string, readonly MessageView[]>;
  readonly members: ReadonlyMap<string, readonly SyncMember[]>;
  readonly views: ReadonlyMap<string, ConversationView>;
  readonly online: ReadonlySet<string>;
}

/** The first heads that together stay within {@link CHUNK_MESSAGES}; at least one. */
function chunkOf(heads: readonly Head[], known: Revs, limit: number): readonly Head[] {
  let messages = 0;
  const end = heads.findIndex(({ conversationId, rev }, at) => {
    const from = known[conversationId];
    messages += from === undefined || mustReset(from, rev) ? RESET_MESSAGES : Math.min(limit, rev - from);
    return at > 0 && messages > CHUNK_MESSAGES;
  });
  return end < 0 ? heads : heads.slice(0, end);
}

/** A conversation's part of the answer, its changes cut at `bytes`; null if the user has left it meanwhile. */
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

/** Ids in lower case. Upper case is accepted but rare, so that most requests need no copy. */
function foldedIds(revs: Revs): Revs {
  const ids = Object.keys(revs);
  if (ids.every((id) => id === id.toLowerCase())) return revs;
  return Object.fromEntries(ids.map((id) => [id.toLowerCase(), revs[id] ?? 0]));
}

/** The conversations that the client names and the user is no member of. */
function gone(named: Revs, heads: readonly Head[]): string[] {
  const ids = Object.keys(named);
  const still = heads.filter(({ conversationId }) => named[conversationId] !== undefined);
  if (still.length === ids.length) return [];
  const members = new Set(still.map(({ conversationId }) => conversationId));
  return ids.filter((id) => !members.has(id));
}
