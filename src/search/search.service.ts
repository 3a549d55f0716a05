import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { decodeCursor, PAGE, pageOf } from '../common/pagination.js';
import { authoriseMember, noSuchConversation } from '../conversations/conversation.js';
import { ConversationStore } from '../conversations/conversations.store.js';
import { queryTokens } from './search-tokens.js';
import type { FoundMessagesView, SearchMessages } from './search.dto.js';
import { SearchIndexer } from './search-indexer.service.js';
import { SearchStore } from './search.store.js';

/** Finds messages by their words. */
@Injectable()
export class SearchService {
  constructor(
    private readonly index: SearchStore,
    private readonly follower: SearchIndexer,
    private readonly conversations: ConversationStore,
  ) {}

  /**
   * Messages of the actor's conversations, or of one, that have all words of a query, newest first. A query without
   * words finds nothing.
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
    const where = { userId: actor.userId, conversationId: conversationId ?? null };
    await this.follower.catchUp(where.userId, where.conversationId);
    const after = cursor === undefined ? null : ([time, id] as const);
    const found = await this.index.find({ ...where, tokens, after }, limit + 1);
    return pageOf(found, limit, (message) => [message.createdAt, message.id]);
  }

  private async authorise(actor: Actor, conversationId: string): Promise<void> {
    const standing = await this.conversations.standing(conversationId, actor.userId);
    if (!standing) throw noSuchConversation();
    authoriseMember(standing);
  }
}
