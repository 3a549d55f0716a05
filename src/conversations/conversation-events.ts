import type { DomainEvent } from '../domain-events.js';
import type { ConversationView, SharedConversationView } from '../read-models/conversation.view.dto.js';

/** One event for each member of a new conversation, with the member's own view. */
export const conversationAdded = (views: ReadonlyMap<string, ConversationView>): DomainEvent[] =>
  Array.from(views, ([userId, conversation]) => ({ name: 'conversation.added', event: { userId, conversation } }));

export const conversationUpdated = (conversation: SharedConversationView): DomainEvent => ({
  name: 'conversation.updated',
  event: { conversationId: conversation.id, rev: conversation.rev, conversation },
});

export const conversationDeleted = (conversationId: string): DomainEvent => ({
  name: 'conversation.deleted',
  event: { conversationId },
});
