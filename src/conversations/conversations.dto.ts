import { Bool, UuidField, UuidList, NestedList, Enum, Text } from '../common/field.decorators.js';
import { PageQuery } from '../common/pagination.dto.js';
import { ConversationView } from '../read-models/conversation.view.dto.js';
import { CONVERSATION_TYPES, GROUP_MAX, TITLE_MAX, TOPIC_MAX } from './conversation.js';

export class CreateConversation {
  @UuidField({ optional: true, description: 'Choose an id, so that a retry creates no second conversation.' })
  id?: string;

  @Enum(CONVERSATION_TYPES)
  type!: 'direct' | 'group' | 'room';

  @Text({
    max: TITLE_MAX * 4,
    optional: true,
    nullable: true,
    description: `1–${TITLE_MAX} characters; required for a room.`,
  })
  title?: string | null;

  @Text({ max: TOPIC_MAX * 4, optional: true, nullable: true, description: `At most ${TOPIC_MAX} characters.` })
  topic?: string | null;

  @UuidList({
    max: GROUP_MAX,
    optional: true,
    description: 'The other members: exactly one for a direct conversation.',
  })
  memberIds?: string[];
}

export class UpdateConversation {
  @Text({
    max: TITLE_MAX * 4,
    optional: true,
    nullable: true,
    description: `1–${TITLE_MAX} characters; a group may have none.`,
  })
  title?: string | null;

  @Text({ max: TOPIC_MAX * 4, optional: true, nullable: true, description: `At most ${TOPIC_MAX} characters.` })
  topic?: string | null;
}

export class InboxQuery extends PageQuery {
  @Bool({ optional: true, description: '`true` lists archived conversations instead.' })
  archived?: boolean;
}

/** A conversation named by a socket command. */
export class ConversationRef {
  @UuidField()
  conversationId!: string;
}

export class ConversationPageView {
  @NestedList(() => ConversationView)
  items!: ConversationView[];

  @Text({ nullable: true })
  nextCursor!: string | null;
}
