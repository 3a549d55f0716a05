import { newId } from '../../src/common/ids.js';
import type { ConversationType, Role } from '../../src/conversations/conversation.js';
import type { NewConversation } from '../../src/conversations/conversations.store.js';
import type { NewMessage } from '../../src/messages/message.js';
import type { Session } from '../../src/sessions/session.js';
import type { NewUser } from '../../src/users/users.store.js';

const SESSION_TTL_MS = 60 * 86_400_000;

/** The time in every row that no override names. */
export const NOON = new Date('2026-11-20T12:00:00.123Z');

/** Some milliseconds after noon. */
export const after = (milliseconds: number): Date => new Date(NOON.getTime() + milliseconds);

let names = 0;

/** A name that no other test of this process has. */
export const uniqueName = (prefix = 'user'): string => `${prefix}_${(names++).toString(36)}`;

/** A user with a name of its own. */
export function newUser(more: Partial<NewUser> = {}): NewUser {
  const username = more.username ?? uniqueName();
  return { id: newId(), username, email: null, displayName: username, passwordHash: 'hash', createdAt: NOON, ...more };
}

/** A conversation whose first member is the owner; both members of a direct conversation have the role `member`. */
export function newConversation(
  type: ConversationType,
  [creator, ...others]: readonly string[],
  more: Partial<NewConversation> = {},
): NewConversation {
  const role: Role = type === 'direct' ? 'member' : 'owner';
  return {
    id: newId(),
    type,
    title: type === 'direct' ? null : 'Title',
    topic: null,
    createdBy: creator ?? null,
    members: [
      ...(creator === undefined ? [] : [{ userId: creator, role }]),
      ...others.map((userId) => ({ userId, role: 'member' as const })),
    ],
    createdAt: NOON,
    ...more,
  };
}

/** A message without reply, mentions and metadata. */
export function newMessage(conversationId: string, senderId: string, more: Partial<NewMessage> = {}): NewMessage {
  return {
    id: newId(),
    conversationId,
    senderId,
    text: 'Hello',
    replyToId: null,
    mentions: [],
    metadata: null,
    createdAt: NOON,
    ...more,
  };
}

/** An active session of the first refresh generation, without a device id. */
export function aSession(userId: string, more: Partial<Session> = {}): Session {
  return {
    id: newId(),
    userId,
    deviceId: null,
    deviceName: null,
    platform: 'ios',
    salt: 'A'.repeat(43),
    generation: 1,
    confirmed: 1,
    rotations: [NOON.getTime()],
    createdAt: NOON,
    lastSeenAt: NOON,
    expiresAt: after(SESSION_TTL_MS),
    ended: null,
    ...more,
  };
}
