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
/** Deeper than any client needs, and shallow enough for every JSON parser. */
const METADATA_MAX_DEPTH = 32;

/** A stored message, as far as a repeated send is compared with it. */
export interface StoredMessage {
  readonly senderId: string;
  readonly conversationId: string;
  readonly text: string;
  readonly edited: boolean;
  readonly deleted: boolean;
}

/** A message's text as it is stored. @throws DomainError `validation_failed` */
export const messageText = (raw: string): string => cleanText('text', raw, TEXT_MAX);

/** Metadata as the JSON that is stored, within its bound. @throws DomainError `validation_failed` */
export function metadataJson(metadata: Record<string, unknown>): string {
  checkPlain(metadata);
  const json = JSON.stringify(metadata);
  if (new TextEncoder().encode(json).length > METADATA_MAX_BYTES) {
    throw invalidField('metadata', 'maxLength', `must be at most ${METADATA_MAX_BYTES} bytes of JSON`);
  }
  return json;
}

/** Whether a send with a known id is that message's repetition, and not another message that took its id. */
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

/** One emoji under a message: how often, and by whom first. */
export interface Reaction {
  readonly emoji: string;
  readonly count: number;
  /** The first {@link REACTION_USERS_MAX}, in order. */
  readonly userIds: readonly string[];
}

/** What changes a message that stands; each takes one `rev`. */
export type MessageChange =
  | { readonly kind: 'edit'; readonly text: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'react' | 'unreact'; readonly emoji: string };

/** Whether a change shows the others something new of the actor, rather than less. */
export const bringsNews = ({ kind }: MessageChange): boolean => kind === 'edit' || kind === 'react';

/** Edits keep `seq` and take a new `rev`. Only the sender edits, and only a message that still stands. @throws DomainError */
export function authoriseEdit(message: StoredMessage, actorId: string): void {
  if (message.deleted) throw deletedMessage();
  if (message.senderId !== actorId) throw new DomainError('forbidden', 'Only the sender edits a message.');
}

/** The sender deletes, and so do owner and admin. @throws DomainError `forbidden` */
export function authoriseDelete(message: StoredMessage, actor: Membership): void {
  if (message.senderId !== actor.userId && actor.role === 'member') {
    throw new DomainError('forbidden', 'Only the sender, owners and admins delete a message.');
  }
}

/** Members react to what still stands. @throws DomainError `not_found` */
export function authoriseReaction(message: StoredMessage): void {
  if (message.deleted) throw deletedMessage();
}

/** One emoji as it is stored: fully qualified, in NFC. @throws DomainError `validation_failed` */
export function reactionEmoji(raw: string): string {
  const emoji = raw.normalize('NFC');
  for (const form of [emoji, `${emoji}\ufe0f`]) if (EMOJI.test(form)) return form;
  throw invalidField('emoji', 'format', 'must be one emoji');
}

/**
 * The reactions once somebody reacted, who had not with that emoji.
 * @throws DomainError `conflict` when the message has its most different emoji
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

/** The reactions once one was taken back. @param first the first users who still have that emoji */
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

/** Which part of a conversation is asked for. */
export interface Window {
  readonly before?: number;
  readonly after?: number;
  readonly around?: number;
  readonly limit: number;
}

/**
 * The first and last `seq` of a page: as `seq` is gapless, a page is arithmetic. Empty when `first > last`.
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

/** Level by level, as recursion over a hostile value could exhaust the stack. */
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

/** An array or object as JSON has it: not the bytes that a socket may carry, nor a key that poisons prototypes. */
const isPlain = (value: object): boolean =>
  !ArrayBuffer.isView(value) && !(value instanceof ArrayBuffer) && !Object.hasOwn(value, '__proto__');
