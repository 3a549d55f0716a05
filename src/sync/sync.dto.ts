import {
  Bool,
  Int,
  Nested,
  NestedList,
  RevMap,
  SEQ_MAX,
  Text,
  Time,
  UuidField,
  UuidList,
} from '../common/field.decorators.js';
import { ConversationView, OwnMembershipView } from '../read-models/conversation.view.dto.js';
import { MemberView } from '../read-models/member.view.dto.js';
import { MessageView } from '../read-models/message.view.dto.js';
import { RECEIPTS_OF_MAX, SYNC_CONVERSATIONS_MAX, SYNC_LIMIT } from './sync.js';

/** The positions of a client: one number per conversation, and one for its private state. */
export class Sync {
  @Text({ max: 64, optional: true, description: 'From `session:ready` or the last sync.' })
  epoch?: string;

  @Int({ max: SEQ_MAX, optional: true, description: 'Omit it to receive all private state.' })
  stateRev?: number;

  @RevMap({ max: SYNC_CONVERSATIONS_MAX, description: 'The `rev` that you know of each conversation.' })
  conversations!: Record<string, number>;

  @UuidList({ max: RECEIPTS_OF_MAX, optional: true, description: 'Conversations to return receipts of.' })
  receiptsOf?: string[];

  @Int({
    min: 1,
    max: SYNC_LIMIT.max,
    optional: true,
    description: `Messages per conversation. Default ${SYNC_LIMIT.default}.`,
  })
  limit?: number;
}

/** A current or former member. */
export class SyncMemberView extends MemberView {
  @Time({ optional: true, description: 'When a former member left.' })
  leftAt?: string;
}

export class SyncConversationView {
  @Nested(() => ConversationView)
  conversation!: ConversationView;

  @Int({ description: 'The `rev` that you know once you have applied this entry.' })
  rev!: number;

  @Bool({
    description:
      'Replace your cache of this conversation: the entry has the newest messages and members, not the changes.',
  })
  reset!: boolean;

  @Bool({ description: 'More changes exist: call again with `rev`.' })
  more!: boolean;

  @NestedList(() => MessageView, { description: 'Ascending by `rev`.' })
  messages!: MessageView[];

  @NestedList(() => SyncMemberView)
  members!: SyncMemberView[];
}

export class SyncOwnView {
  @UuidField()
  conversationId!: string;

  @Nested(() => OwnMembershipView)
  me!: OwnMembershipView;
}

export class ReceiptView {
  @UuidField()
  conversationId!: string;

  @UuidField()
  userId!: string;

  @Int()
  readSeq!: number;

  @Int()
  deliveredSeq!: number;
}

/** All changes for the caller since the positions in the request. */
export class SyncResultView {
  @Time()
  serverTime!: string;

  @Text()
  epoch!: string;

  @Int()
  stateRev!: number;

  @Bool({ description: 'False if the answer reached its size limit: call again.' })
  complete!: boolean;

  @NestedList(() => SyncConversationView, { description: 'Changed conversations, and those that you did not name.' })
  conversations!: SyncConversationView[];

  @NestedList(() => SyncOwnView, { description: 'Private state that changed since `stateRev`.' })
  me!: SyncOwnView[];

  @UuidList({ max: SYNC_CONVERSATIONS_MAX, description: 'Named conversations that you are no longer a member of.' })
  left!: string[];

  @NestedList(() => ReceiptView)
  receipts!: ReceiptView[];
}

export class PeekConversationView {
  @UuidField()
  id!: string;

  @Text({ nullable: true, description: 'The other user’s name in a direct conversation.' })
  title!: string | null;

  @Int()
  unreadCount!: number;

  @Nested(() => MessageView, { nullable: true })
  lastMessage!: MessageView | null;
}

/** A short summary for a notification extension. */
export class PeekView {
  @Int({ description: 'Unread messages in all conversations.' })
  unread!: number;

  @NestedList(() => PeekConversationView, { max: 10 })
  conversations!: PeekConversationView[];

  @Time()
  serverTime!: string;
}
