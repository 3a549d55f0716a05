import { expect } from '@jest/globals';

import type { Carried } from './lossy-link.js';

/** What a client names in a sync: one number per conversation, and one for itself. */
export interface Known {
  readonly epoch?: string;
  readonly stateRev?: number;
  readonly conversations: Record<string, number>;
}

/** Thrown by a sync that the connection did not outlive. */
export class Offline extends Error {
  override readonly name = 'Offline';
}

/** A conversation as a device holds it. */
interface Copy {
  /** The number: every change up to here is in. */
  known: number;
  /** The fields that all members share; its own `rev` says how new they are, which may be newer than `known`. */
  readonly shared: any;
  readonly me: Own;
  readonly messages: Map<string, any>;
  readonly members: Map<string, any>;
}

interface Own {
  role: string;
  joinedAt: string;
  readSeq: number;
  deliveredSeq: number;
  mutedUntil: string | null;
  pinned: boolean;
  /** The `lastSeq` at which it was archived: `archived` is derived from it. */
  archivedSeq: number | null;
}

const MAX_PAGES = 1_000;

/**
 * The model of a client: holds what its device knows, and recovers by the rule of the conversation log and nothing else.
 * `rev == known + 1` is applied, `rev <= known` ignored, and `rev > known + 1` makes it sync; alike for `stateRev`.
 */
export class ReferenceClient {
  /** How often something was missing, so that it had to sync. */
  gaps = 0;
  private readonly copies = new Map<string, Copy>();
  /**
   * Conversations that it was told it is in and not yet that it is not: a sync may tell sooner, while their last events
   * still wait.
   */
  private readonly announced = new Set<string>();
  private readonly waiting: Carried[] = [];
  private epoch: string | undefined;
  private stateRev: number | undefined;
  private isOnline = false;
  /** It must sync before it applies anything more. */
  private isBehind = false;
  private isAtWork = false;
  private work: Promise<void> = Promise.resolve();
  private failure: Error | undefined;

  /** @param ask syncs, or throws {@link Offline} */
  constructor(
    private readonly userId: string,
    private readonly ask: (known: Known) => Promise<any>,
  ) {}

  /** The connection is there and subscribed: whatever happened before is asked for. */
  connected(): void {
    this.isOnline = true;
    this.foreground();
  }

  disconnected(): void {
    this.isOnline = false;
  }

  /** Syncs once, as an app does that comes to the foreground. */
  foreground(): void {
    this.isBehind = true;
    this.wake();
  }

  /** Takes an event; while a sync runs, it waits until that has landed. */
  receive(event: Carried): void {
    this.waiting.push(event);
    this.wake();
  }

  /** Waits until nothing is left to do. @throws what went wrong on the way */
  async idle(): Promise<void> {
    while (this.isAtWork) await this.work;
    if (this.failure) throw this.failure;
  }

  /** Everything that it holds, in the form of {@link serverWorld}. */
  world(): object[] {
    return [...this.copies.values()]
      .map(({ known, shared, me: { archivedSeq, ...me }, messages, members }) => ({
        ...shared,
        rev: known,
        me: { ...me, unreadCount: shared.lastSeq - me.readSeq, archived: archivedSeq === shared.lastSeq },
        lastMessage: [...messages.values()].find(({ seq }) => seq === shared.lastSeq) ?? null,
        members: Object.fromEntries(members),
        messages: [...messages.values()].sort((a, b) => a.seq - b.seq),
      }))
      .sort(byId);
  }

  private wake(): void {
    if (this.isAtWork) return;
    this.isAtWork = true;
    this.work = this.run();
  }

  private async run(): Promise<void> {
    try {
      while (!this.failure && (this.isBehind ? this.isOnline : this.waiting.length > 0)) {
        if (this.isBehind) await this.sync();
        else await this.take(this.waiting.shift()!);
      }
    } catch (error) {
      if (!(error instanceof Offline)) this.failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      this.isAtWork = false;
    }
    // It may have come back while the last sync was being given up.
    if (this.isBehind && this.isOnline && !this.failure) this.wake();
  }

  private async take({ name, payload }: Carried): Promise<void> {
    if (name === 'conversation:added') {
      // None of its rows is known: it is new, and whatever was cached of it is not named any more.
      checkConversation(payload.conversation);
      this.copies.delete(payload.conversation.id);
      this.announced.add(payload.conversation.id);
      this.isBehind = true;
    } else if (name === 'conversation:removed') {
      this.copies.delete(payload.conversationId);
      this.announced.delete(payload.conversationId);
    } else if (name === 'conversation:me') {
      this.takeOwn(payload);
    } else {
      this.takeChange(name, payload);
    }
  }

  private takeOwn({ conversationId, stateRev, me }: any): void {
    expect(stateRev).toBeGreaterThan(0);
    expect(me.unreadCount).toBeGreaterThanOrEqual(0);
    if (this.stateRev === undefined || stateRev > this.stateRev + 1) {
      this.gaps++;
      this.isBehind = true;
    } else if (stateRev === this.stateRev + 1) {
      this.stateRev = stateRev;
      this.applyOwn(conversationId, me);
    }
  }

  private takeChange(name: string, payload: any): void {
    const { conversationId, rev } = payload;
    if (!Number.isSafeInteger(rev)) throw new Error(`${name} came without a rev`);
    const copy = this.copies.get(conversationId);
    if (!copy || rev > copy.known + 1) {
      if (copy || !this.announced.has(conversationId)) this.gaps++;
      this.isBehind = true;
    } else if (rev === copy.known + 1) {
      this.apply(copy, name, payload);
      copy.known = rev;
      copy.shared.rev = Math.max(copy.shared.rev, rev);
    }
  }

  private apply(copy: Copy, name: string, { rev, message, member, userId, conversation }: any): void {
    const { shared, me } = copy;
    // A sync may have brought fields that already hold this change.
    const isNews = rev > shared.rev;
    switch (name) {
      case 'message:created':
      case 'message:updated':
      case 'message:deleted':
        expect(message.rev).toBe(rev);
        putMessage(copy, message);
        if (name === 'message:created') this.applyNew(copy, message);
        break;
      case 'member:joined':
      case 'member:updated':
        expect(member.rev).toBeGreaterThanOrEqual(rev);
        copy.members.set(member.user.id, memberFacts(member));
        if (name === 'member:joined' && isNews) shared.memberCount++;
        if (member.user.id === this.userId) Object.assign(me, { role: member.role, joinedAt: member.joinedAt });
        break;
      case 'member:left':
        copy.members.delete(userId);
        if (isNews) shared.memberCount--;
        break;
      case 'conversation:updated':
        if (isNews) Object.assign(shared, sharedFacts(conversation));
        break;
      default:
        throw new Error(`${name} is no change that a client knows`);
    }
  }

  /** One's own message is read, on whichever device it was written. */
  private applyNew({ shared, me }: Copy, { seq, sender }: any): void {
    shared.lastSeq = Math.max(shared.lastSeq, seq);
    if (sender.id !== this.userId) return;
    me.readSeq = Math.max(me.readSeq, seq);
    me.deliveredSeq = Math.max(me.deliveredSeq, seq);
  }

  /** Markers only go forward, as one's own messages move them too; and what a former membership was, this one is not. */
  private applyOwn(conversationId: string, me: any): void {
    const copy = this.copies.get(conversationId);
    if (!copy || copy.me.joinedAt !== me.joinedAt) return;
    const own = ownFacts(me);
    Object.assign(copy.me, own, {
      role: copy.me.role,
      readSeq: Math.max(copy.me.readSeq, own.readSeq),
      deliveredSeq: Math.max(copy.me.deliveredSeq, own.deliveredSeq),
    });
  }

  private async sync(): Promise<void> {
    for (let page = 0; page < MAX_PAGES; page++) {
      const conversations = Object.fromEntries([...this.copies].map(([id, { known }]) => [id, known]));
      const answer = await this.ask({ epoch: this.epoch, stateRev: this.stateRev, conversations });
      if (answer.epoch !== this.epoch) this.beginAnew(answer.epoch);
      for (const entry of answer.conversations) this.applyEntry(entry, conversations[entry.conversation.id]);
      for (const id of answer.left) this.copies.delete(id);
      for (const { conversationId, me } of answer.me) this.applyOwn(conversationId, me);
      expect(answer.stateRev).toBeGreaterThanOrEqual(this.stateRev ?? 0);
      this.stateRev = answer.stateRev;
      if (answer.complete && !answer.conversations.some(({ more }: any) => more)) {
        this.isBehind = false;
        return;
      }
    }
    throw new Error('sync does not come to an end');
  }

  /** Its numbers are of another life of the database: from here on, none of them is named. */
  private beginAnew(epoch: string): void {
    this.epoch = epoch;
    this.stateRev = undefined;
    this.copies.clear();
  }

  private applyEntry({ conversation, rev, reset, messages, members }: any, asked: number | undefined): void {
    checkConversation(conversation);
    expect(rev).toBeLessThanOrEqual(conversation.rev);
    expectAscending(messages);
    const cached = this.copies.get(conversation.id);
    if (!cached || reset) expect(reset).toBe(true);
    else expect(rev).toBeGreaterThan(asked!);
    const copy: Copy = {
      known: rev,
      shared: sharedFacts(conversation),
      me: ownFacts(conversation.me),
      messages: new Map(reset ? [] : cached!.messages),
      members: new Map(reset ? [] : cached!.members),
    };
    for (const message of messages) putMessage(copy, message);
    for (const member of members) {
      if (member.leftAt === undefined) copy.members.set(member.user.id, memberFacts(member));
      else copy.members.delete(member.user.id);
    }
    this.copies.set(conversation.id, copy);
    this.announced.add(conversation.id);
  }
}

/**
 * The conversations that a user has, as read over REST, with their members and messages.
 * @param rows members and messages that somebody read already: they are the same for everybody who may read them
 */
export async function serverWorld(
  rows: Map<string, Promise<any>>,
  get: (path: string) => Promise<any>,
): Promise<object[]> {
  const once = (path: string): Promise<any> => {
    const row = rows.get(path) ?? get(path);
    rows.set(path, row);
    return row;
  };
  const [inbox, archive] = await Promise.all([
    get('/conversations?limit=100'),
    get('/conversations?limit=100&archived=true'),
  ]);
  expect([inbox.nextCursor, archive.nextCursor]).toEqual([null, null]);
  expect(inbox.items.every(({ me }: any) => !me.archived)).toBe(true);
  expect(archive.items.every(({ me }: any) => me.archived)).toBe(true);
  const worlds = await Promise.all(
    [...inbox.items, ...archive.items].map(async (conversation: any) => {
      const [members, messages] = await Promise.all([
        once(`/conversations/${conversation.id}/members?limit=100`),
        once(`/messages?conversationId=${conversation.id}&limit=100`),
      ]);
      checkConversation(conversation);
      expect([members.nextCursor, messages.hasBefore, messages.hasAfter]).toEqual([null, false, false]);
      return {
        ...sharedFacts(conversation),
        me: conversation.me,
        lastMessage: conversation.lastMessage && messageFacts(conversation.lastMessage),
        members: Object.fromEntries(members.items.map((member: any) => [member.user.id, memberFacts(member)])),
        messages: messages.items.map(messageFacts),
      };
    }),
  );
  return worlds.sort(byId);
}

/** What holds for every conversation in every answer. */
export function checkConversation({ lastSeq, me }: any): void {
  expect(me.unreadCount).toBe(lastSeq - me.readSeq);
  expect(me.unreadCount).toBeGreaterThanOrEqual(0);
  expect(me.deliveredSeq).toBeGreaterThanOrEqual(me.readSeq);
}

function expectAscending(messages: readonly any[]): void {
  const revs = messages.map(({ rev }) => rev);
  expect(revs).toEqual([...new Set(revs)].sort((a, b) => a - b));
}

/** Keeps the newer of what is held and what came. No other message may have its place. */
function putMessage({ messages }: Copy, message: any): void {
  const held = messages.get(message.id);
  if (held) expect(message.seq).toBe(held.seq);
  else expect([...messages.values()].map(({ seq }) => seq)).not.toContain(message.seq);
  if (!held || message.rev >= held.rev) messages.set(message.id, messageFacts(message));
}

// What follows leaves out the conveniences, which are in no log.

function sharedFacts(conversation: any): any {
  const { id, type, title, topic, createdBy, createdAt, updatedAt, lastSeq, rev, memberCount } = conversation;
  return { id, type, title, topic, createdBy, createdAt, updatedAt, lastSeq, rev, memberCount };
}

/** `archived` speaks of the last message at that moment, which the unread count gives away. */
function ownFacts({ role, joinedAt, readSeq, deliveredSeq, unreadCount, mutedUntil, pinned, archived }: any): Own {
  const archivedSeq = archived ? readSeq + unreadCount : null;
  return { role, joinedAt, readSeq, deliveredSeq, mutedUntil, pinned, archivedSeq };
}

const memberFacts = ({ role, joinedAt, rev }: any): object => ({ role, joinedAt, rev });

const messageFacts = ({ sender, replyTo, ...message }: any): any => ({
  ...message,
  senderId: sender.id,
  replyTo: replyTo && { id: replyTo.id, seq: replyTo.seq, senderId: replyTo.senderId },
});

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
