import type { ConversationState } from '@gochat/client';

import { conversationName, groupName } from '../model/names.js';
import { useClient, useSelf, useValue } from './client-context.js';

/** Name of a conversation. A group without a title is named after its members. */
export function useConversationName(conversation: ConversationState): string {
  const self = useSelf();
  const { items } = useValue(useClient().members(conversation.id));
  const isNamed = conversation.name !== null || conversation.type !== 'group';
  return isNamed ? conversationName(conversation) : groupName(items, self.id);
}
