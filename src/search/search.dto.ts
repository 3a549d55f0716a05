import { UuidField, NestedList, Text } from '../common/field.decorators.js';
import { PageQuery } from '../common/pagination.dto.js';
import { MessageView } from '../read-models/message.view.dto.js';
import { QUERY_MAX } from './search-tokens.js';

export class SearchMessages extends PageQuery {
  @Text({ min: 1, max: QUERY_MAX, description: 'Words, or beginnings of words.' })
  q!: string;

  @UuidField({ optional: true, description: 'Search only this conversation.' })
  conversationId?: string;
}

export class FoundMessagesView {
  @NestedList(() => MessageView, { description: 'Newest first.' })
  items!: MessageView[];

  @Text({ nullable: true })
  nextCursor!: string | null;
}
