import type { Problem } from '../api-types.js';
import type { CommandName, CommandPayload } from '../server-events.js';
import type { Pending } from './pending-operation.js';

/** Rejections that do not depend on the command: a later attempt may succeed. */
const RETRYABLE: readonly string[] = [
  'internal',
  'unavailable',
  'rate_limited',
  'token_expired',
  'unauthenticated',
  'session_revoked',
  'token_reused',
];

/** Whether a rejection is permanent. */
export const isFinal = (code: Problem['code']): boolean => !RETRYABLE.includes(code);

/** A command that an operation of the outbox becomes. */
export type OutboxCommand = {
  [N in CommandName]: { readonly name: N; readonly payload: CommandPayload<N> };
}[
  | 'message:send'
  | 'message:edit'
  | 'message:delete'
  | 'message:react'
  | 'message:unreact'
  | 'conversation:read'
  | 'conversation:delivered'];

/** @returns the socket command that sends the operation */
export function commandOf(pending: Pending): OutboxCommand {
  const { id, conversationId } = pending;
  switch (pending.kind) {
    case 'send':
      return { name: 'message:send', payload: { id, conversationId, ...pending.draft } };
    case 'edit':
      return { name: 'message:edit', payload: { id: pending.messageId, text: pending.text } };
    case 'delete':
      return { name: 'message:delete', payload: { id: pending.messageId } };
    case 'react':
    case 'unreact':
      return { name: `message:${pending.kind}`, payload: { id: pending.messageId, emoji: pending.emoji } };
    case 'read':
    case 'delivered':
      return { name: `conversation:${pending.kind}`, payload: { conversationId, seq: pending.seq } };
  }
}
