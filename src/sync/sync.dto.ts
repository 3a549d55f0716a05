import { Bool, UuidField, UuidList, Nested, NestedList, RevMap, Text, Time, Int } from '../common/field.decorators.js';
import { ConversationView, OwnMembershipView } from '../read-models/conversation.view.dto.js';
import { MemberView } from '../read-models/member.view.dto.js';
import { SEQ_MAX } from '../common/sequence.js';
import { MessageView } from '../read-models/message.view.dto.js';
import { RECEIPTS_OF_MAX, SYNC_CONVERSATIONS_MAX, SYNC_LIMIT } from './sync.js';

/** What a client knows: one number per conversation, and one for itself. */
export class Sync {
  @Text({ max: 64, optional: true, description: 'From `session:ready` or the last sync.' })
  epoch?: string;

  @Int({ max: SEQ_MAX, optional: true, description: 'Everything private is told when it is left out.' })
  stateRev?: number;

  @RevMap({ max: SYNC_CONVERSATIONS_MAX, description: 'The `rev` that is known of each conversation.' })
  conversations!: Record<string, number>;

  @UuidList({ max: RECEIPTS_OF_MAX, optional: true, description: 'Whose receipts to tell.' })
  receiptsOf?: string[];

  @Int({
    min: 1,
    max: SYNC_LIMIT.max,
    optional: true,
    description: `Messages per conversation; ${SYNC_LIMIT.default} unless asked.`,
  })
  limit?: number;
}

/** A member, or someone who was one. */
export class SyncMemberView extends MemberView {
  @Time({ optional: true, description: 'When they left, for those who are gone.' })
  leftAt?: string;
}

export class SyncConversationView {
  @Nested(() => ConversationView)
  conversation!: ConversationView;

  @Int({ description: 'What is known once this is applied.' })
  rev!: number;

  @Bool({ description: 'Replace what is cached of it: the newest messages and members follow, not the changes.' })
  reset!: boolean;

  @Bool({ description: 'Call again with `rev`: there is more.' })
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

/** The caller's whole world, relative to what they know. */
export class SyncResultView {
  @Time()
  serverTime!: string;

  @Text()
  epoch!: string;

  @Int()
  stateRev!: number;

  @Bool({ description: 'False when the answer was cut at its size: call again.' })
  complete!: boolean;

  @NestedList(() => SyncConversationView, { description: 'Those that changed, or that were not named.' })
  conversations!: SyncConversationView[];

  @NestedList(() => SyncOwnView, { description: 'What changed since the named `stateRev`.' })
  me!: SyncOwnView[];

  @UuidList({ max: SYNC_CONVERSATIONS_MAX, description: 'Named, but no longer yours.' })
  left!: string[];

  @NestedList(() => ReceiptView)
  receipts!: ReceiptView[];
}

export class PeekConversationView {
  @UuidField()
  id!: string;

  @Text({ nullable: true, description: 'Of a direct conversation: the other’s name.' })
  title!: string | null;

  @Int()
  unreadCount!: number;

  @Nested(() => MessageView, { nullable: true })
  lastMessage!: MessageView | null;
}

/** What a notification extension can afford. */
export class PeekView {
  @Int({ description: 'Unread messages in all conversations.' })
  unread!: number;

  @NestedList(() => PeekConversationView, { max: 10 })
  conversations!: PeekConversationView[];

  @Time()
  serverTime!: string;
}
