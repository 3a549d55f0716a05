import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { decodeCursor, PAGE, pageOf } from '../common/pagination.js';
import { authoriseMember, noSuchConversation } from '../conversations/conversation.js';
import { ConversationStore } from '../conversations/conversations.store.js';
import { SearchIndexer } from './search-indexer.service.js';
import { queryTokens } from './search-tokens.js';
import type { FoundMessagesView, SearchMessages } from './search.dto.js';
import { SearchRepository } from './search.repository.js';

/** Finds messages by their words, and indexes pending changes first. */
@Injectable()
export class SearchService {
  constructor(
    private readonly index: SearchRepository,
    private readonly indexer: SearchIndexer,
    private readonly conversations: ConversationStore,
  ) {}

  /**
   * Returns the messages of the actor's conversations, or of one, that have all words of a query, newest first. A query
   * without words matches nothing.
   * @throws DomainError `validation_failed`, `not_found`, `not_a_member`
   */
  async search(
    actor: Actor,
    { q, conversationId, limit = PAGE.default, cursor }: SearchMessages,
  ): Promise<FoundMessagesView> {
    const [time = '', id = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['time', 'id']);
    if (conversationId !== undefined) await this.authorise(actor, conversationId);
    const tokens = queryTokens(q);
    if (tokens.length === 0) return { items: [], nextCursor: null };
    const scope = { userId: actor.userId, conversationId: conversationId ?? null };
    await this.indexer.catchUp(scope.userId, scope.conversationId);
    const after = cursor === undefined ? null : ([time, id] as const);
    const found = await this.index.find({ ...scope, tokens, after }, limit + 1);
    return pageOf(found, limit, (message) => [message.createdAt, message.id]);
  }

  private async authorise(actor: Actor, conversationId: string): Promise<void> {
    const standing = await this.conversations.standing(conversationId, actor.userId);
    if (!standing) throw noSuchConversation();
    authoriseMember(standing);
  }
}
