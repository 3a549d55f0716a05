import { personName, typingText } from '../model/names.js';
import { useClient, useValue } from './client-context.js';
import { useUserNames } from './use-user-names.js';

/** Typing indicator of a conversation, without names if it is direct. Empty while no other member is typing. */
export function useTypingText(conversationId: string, isDirect = false): string {
  const ids = useValue(useClient().typing(conversationId));
  const names = useUserNames(ids, personName);
  if (ids.length === 0) return '';
  return isDirect ? 'typing…' : `${typingText(names)}…`;
}
