import type { NewEmailToken } from '../../src/account-recovery/email-tokens.store.js';
import { DomainError } from '../../src/common/domain-error.js';
import type { ConversationType, Role } from '../../src/conversations/conversation.js';
import type { Session } from '../../src/sessions/session.js';
import type { User } from '../../src/users/user.js';

export interface UserRow extends User {
  readonly passwordHash: string | null;
}

export interface SessionRow extends Session {
  readonly endedAt: Date | null;
}

interface MailTokenRow extends NewEmailToken {
  readonly binding: string;
}

export interface MessageRow {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
  rev: number;
  readonly senderId: string;
  text: string;
  readonly replyToSeq: number | null;
  mentions: readonly string[];
  /** JSON of an object. */
  metadata: string | null;
  readonly createdAt: Date;
  editedAt: Date | null;
  deletedAt: Date | null;
  /** Ids of the users who reacted, by emoji, in order. */
  reactions: Map<string, string[]>;
}

/** A row of `members`. It stays when the member leaves. */
export interface MemberRow {
  readonly userId: string;
  role: Role;
  joinedAt: Date;
  leftAt: Date | null;
  rev: number;
  readSeq: number;
  deliveredSeq: number;
  mutedUntil: Date | null;
  pinned: boolean;
  archivedSeq: number | null;
}

export interface ConversationRow {
  readonly id: string;
  readonly type: ConversationType;
  title: string | null;
  topic: string | null;
  readonly directKey: string | null;
  readonly createdBy: string | null;
  readonly createdAt: Date;
  updatedAt: Date;
  activeAt: Date;
  rev: number;
  /** By user id, former members included. */
  readonly members: Map<string, MemberRow>;
  /** The index of a message is its `seq - 1`. */
  readonly messages: MessageRow[];
}

/** The tables that the in-memory stores of a test share. */
export class InMemoryTables {
  readonly users = new Map<string, UserRow>();
  readonly stateRevs = new Map<string, number>();
  readonly sessions = new Map<string, SessionRow>();
  /** By hash. */
  readonly mailTokens = new Map<string, MailTokenRow>();
  readonly conversations = new Map<string, ConversationRow>();
  /** Ids of deleted conversations. */
  readonly ended = new Set<string>();
  /** Pairs of a blocking and a blocked user. */
  readonly blocks = new Map<string, Set<string>>();
  readonly lastSeen = new Map<string, Date>();

  /** The users who blocked a user or were blocked by that user. */
  blockedAmong(userId: string, userIds: readonly string[]): string[] {
    return userIds.filter((id) => this.blocks.get(userId)?.has(id) || this.blocks.get(id)?.has(userId));
  }

  /** Deletes a user's personal data and blocks. */
  erase(userId: string): void {
    const user = this.users.get(userId);
    const nothing = {
      username: null,
      email: null,
      emailVerified: false,
      displayName: null,
      avatarUrl: null,
      about: null,
    };
    if (user) this.users.set(userId, { ...user, ...nothing, passwordHash: null, deleted: true });
    for (const token of this.mailTokens.values()) if (token.userId === userId) this.mailTokens.delete(token.hash);
    this.lastSeen.delete(userId);
    this.blocks.delete(userId);
    for (const blocked of this.blocks.values()) blocked.delete(userId);
  }

  /** A current member. */
  memberOf(conversation: ConversationRow, userId: string): MemberRow | null {
    const member = conversation.members.get(userId);
    return member?.leftAt === null ? member : null;
  }

  /** The current members, in any order. */
  membersOf(conversation: ConversationRow): MemberRow[] {
    return [...conversation.members.values()].filter(({ leftAt }) => leftAt === null);
  }

  /** The conversations that a user is a member of. */
  conversationsOf(userId: string): ConversationRow[] {
    return [...this.conversations.values()].filter((row) => this.memberOf(row, userId) !== null);
  }

  /** Deletes a conversation and keeps its id as taken. */
  deleteConversation(id: string): void {
    this.conversations.delete(id);
    this.ended.add(id);
  }

  /** @throws DomainError `not_found` unless each id is that of another existing account */
  requireUsers(ids: readonly string[]): void {
    if (ids.every((id) => this.users.get(id)?.deleted === false) && new Set(ids).size === ids.length) return;
    throw new DomainError('not_found', 'One of those users does not exist.');
  }

  message(id: string): MessageRow | null {
    for (const { messages } of this.conversations.values()) {
      const found = messages.find((message) => message.id === id);
      if (found) return found;
    }
    return null;
  }
}

/** A member who joins with both markers at the last message. */
export function newMember({
  lastSeq,
  ...member
}: Pick<MemberRow, 'userId' | 'role' | 'joinedAt' | 'rev'> & { lastSeq: number }): MemberRow {
  const state = { readSeq: lastSeq, deliveredSeq: lastSeq, mutedUntil: null, pinned: false, archivedSeq: null };
  return { ...member, ...state, leftAt: null };
}

/** The order of the databases' binary collations: by code point, where `<` of strings goes by UTF-16 unit. */
export const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
