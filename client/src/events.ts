import type { Conversation, Member, Message, OwnMembership } from './api-types.js';

/** Why somebody is no longer in a conversation; `deleted`: it, or they, exist no more. */
export type LeaveReason = 'left' | 'removed' | 'deleted';

/** What all members are told of a conversation. */
export type SharedConversation = Omit<Conversation, 'me' | 'peer'>;

interface Change {
  readonly conversationId: string;
  readonly rev: number;
}

/** Events about what is stored, which the log takes: by name, with their payloads. */
export interface LogEvents {
  'message:created': Change & { readonly message: Message };
  'message:updated': Change & { readonly message: Message };
  'message:deleted': Change & { readonly message: Message };
  'member:joined': Change & { readonly member: Member };
  'member:updated': Change & { readonly member: Member };
  'member:left': Change & { readonly userId: string; readonly by: string; readonly reason: LeaveReason };
  'conversation:added': { readonly conversation: Conversation };
  'conversation:updated': Change & { readonly conversation: SharedConversation };
  'conversation:removed': { readonly conversationId: string; readonly reason: LeaveReason };
  'conversation:changed': Change;
  'conversation:me': { readonly conversationId: string; readonly stateRev: number; readonly me: OwnMembership };
}

/** One event of the log, as it came. */
export type LogEvent = {
  [N in keyof LogEvents]: { readonly name: N; readonly payload: LogEvents[N] };
}[keyof LogEvents];

/** Events that pass: in no log, and gone when they are missed. */
export interface EphemeralEvents {
  'receipt:read': { readonly conversationId: string; readonly userId: string; readonly seq: number };
  'receipt:delivered': { readonly conversationId: string; readonly userId: string; readonly seq: number };
  typing: {
    readonly conversationId: string;
    readonly userId: string;
    readonly active: boolean;
    readonly expiresInMs: number;
  };
  'presence:changed': { readonly userId: string; readonly online: boolean; readonly lastSeenAt: string | null };
}

/** One event that passes, as it came. */
export type EphemeralEvent = {
  [N in keyof EphemeralEvents]: { readonly name: N; readonly payload: EphemeralEvents[N] };
}[keyof EphemeralEvents];
