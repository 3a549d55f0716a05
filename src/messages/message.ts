import { DomainError, invalidField } from '../common/domain-error.js';
import { cleanText } from '../common/text.js';
import type { Membership } from '../conversations/conversation.js';

export const TEXT_MAX = 8_000;
export const MENTIONS_MAX = 50;
export const METADATA_MAX_BYTES = 4_096;
export const REACTIONS_MAX = 20;
export const REACTION_USERS_MAX = 20;
/** Recommended for general interchange (Unicode Technical Standard 51, ED-27). */
const EMOJI = /^\p{RGI_Emoji}$/v;
/** Levels of nesting in metadata: enough for every known client, and shallow enough for every JSON parser. */
const METADATA_MAX_DEPTH = 32;

/** A send whose content has been checked. */
export interface NewMessage {
  readonly id: string;
  readonly conversationId: string;
  readonly senderId: string;
  readonly text: string;
  readonly replyToId: string | null;
  readonly mentions: readonly string[];
  /** The JSON of an object. */
  readonly metadata: string | null;
  readonly createdAt: Date;
}

/** The part of a stored message that decides on changes, and on a send with the same id. */
export interface StoredMessage {
  readonly senderId: string;
  readonly conversationId: string;
  readonly text: string;
  readonly edited: boolean;
  readonly deleted: boolean;
}

/** A message's text in its stored form: NFC, trimmed, at most {@link TEXT_MAX} characters. @throws DomainError `validation_failed` */
export const messageText = (raw: string): string => cleanText('text', raw, TEXT_MAX);

/** The JSON of metadata, of at most {@link METADATA_MAX_BYTES}. @throws DomainError `validation_failed` */
export function metadataJson(metadata: Record<string, unknown>): string {
  checkPlain(metadata);
  const json = JSON.stringify(metadata);
  if (new TextEncoder().encode(json).length > METADATA_MAX_BYTES) {
    throw invalidField('metadata', 'maxLength', `must be at most ${METADATA_MAX_BYTES} bytes of JSON`);
  }
  return json;
}

/** Whether a send repeats the stored message with its id. Otherwise the id is taken, and the send is a conflict. */
export function isRepetition(
  stored: StoredMessage,
  send: { senderId: string; conversationId: string; text: string },
): boolean {
  return (
    stored.senderId === send.senderId &&
    stored.conversationId === send.conversationId &&
    (stored.edited || stored.deleted || stored.text === send.text)
  );
}

/** One emoji under a message, with the number of users who reacted with it. */
export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  /** The first {@link REACTION_USERS_MAX} users, in the order of their reactions. */
  readonly userIds: readonly string[];
}

/** A change of a message that is not deleted. Each change takes one `rev`. */
export type MessageChange =
  | { readonly kind: 'edit'; readonly text: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'react' | 'unreact'; readonly emoji: string };

/** Whether a change adds content, which a block refuses. Deletions and removed reactions pass. */
export const addsContent = ({ kind }: MessageChange): boolean => kind === 'edit' || kind === 'react';

/** Edits keep `seq` and take a new `rev`. Only the sender edits, and no deleted message. @throws DomainError */
export function authoriseEdit(message: StoredMessage, actorId: string): void {
  if (message.deleted) throw deletedMessage();
  if (message.senderId !== actorId) throw new DomainError('forbidden', 'Only the sender edits a message.');
}

/** The sender, the owner and admins may delete a message. @throws DomainError `forbidden` */
export function authoriseDelete(message: StoredMessage, actor: Membership): void {
  if (message.senderId !== actor.userId && actor.role === 'member') {
    throw new DomainError('forbidden', 'Only the sender, owners and admins delete a message.');
  }
}

/** Members may react to a message until it is deleted. @throws DomainError `not_found` */
export function authoriseReaction(message: StoredMessage): void {
  if (message.deleted) throw deletedMessage();
}

/** One emoji in its stored form: fully qualified, in NFC. @throws DomainError `validation_failed` */
export function reactionEmoji(raw: string): string {
  const emoji = raw.normalize('NFC');
  for (const form of [emoji, `${emoji}\ufe0f`]) if (EMOJI.test(form)) return form;
  throw invalidField('emoji', 'format', 'must be one emoji');
}

/**
 * The reactions after a user, who had not used that emoji, reacts with it.
 * @throws DomainError `conflict` when the message has {@link REACTIONS_MAX} other emoji
 */
export function withReaction(reactions: readonly Reaction[], emoji: string, userId: string): Reaction[] {
  if (!reactions.some((reaction) => reaction.emoji === emoji)) {
    if (reactions.length >= REACTIONS_MAX) {
      throw new DomainError('conflict', `A message takes at most ${REACTIONS_MAX} different emoji.`);
    }
    return [...reactions, { emoji, count: 1, userIds: [userId] }];
  }
  return reactions.map((reaction) =>
    reaction.emoji === emoji
      ? { emoji, count: reaction.count + 1, userIds: [...reaction.userIds, userId].slice(0, REACTION_USERS_MAX) }
      : reaction,
  );
}

/** The reactions after one is removed. @param first the first users whose reaction with that emoji remains */
export function withoutReaction(reactions: readonly Reaction[], emoji: string, first: readonly string[]): Reaction[] {
  return reactions
    .map((reaction) =>
      reaction.emoji === emoji
        ? { emoji, count: reaction.count - 1, userIds: first.slice(0, REACTION_USERS_MAX) }
        : reaction,
    )
    .filter(({ count }) => count > 0);
}

function deletedMessage(): DomainError {
  return new DomainError('not_found', 'That message was deleted.');
}

/** The part of a conversation that a client requests: by at most one `seq`, or the newest messages. */
export interface Window {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
  readonly limit: number;
}

/**
 * The first and last `seq` of a page, computed without a query since `seq` is gapless. Empty when `first > last`.
 * @param lastSeq the conversation's newest `seq`
 */
export function pageBounds({ before, after, around, limit }: Window, lastSeq: number): { first: number; last: number } {
  if (after !== undefined) return { first: after + 1, last: Math.min(after + limit, lastSeq) };
  if (around !== undefined) {
    const last = Math.min(Math.max(around + Math.ceil(limit / 2) - 1, limit), lastSeq);
    return { first: Math.max(last - limit + 1, 1), last };
  }
  const last = before === undefined ? lastSeq : Math.min(before - 1, lastSeq);
  return { first: Math.max(last - limit + 1, 1), last };
}

/** Checks level by level: recursion over a hostile value could exhaust the stack. */
function checkPlain(metadata: unknown): void {
  let level: unknown[] = [metadata];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > METADATA_MAX_DEPTH) {
      throw invalidField('metadata', 'maxDepth', `must be at most ${METADATA_MAX_DEPTH} levels deep`);
    }
    const objects = level.filter((item) => typeof item === 'object' && item !== null);
    if (!objects.every(isPlain)) throw invalidField('metadata', 'type', 'must be plain JSON');
    level = objects.flatMap((item) => Object.values<unknown>({ ...item }));
  }
}

/** Whether an array or object is plain JSON: no bytes from a socket frame, no `__proto__` key (prototype pollution). */
const isPlain = (value: object): boolean =>
  !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer) && !Object.hasOwn(value, '__proto__');
