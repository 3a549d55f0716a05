import { Bool, Nested, NestedMap, Int } from '../common/field.decorators.js';

export class MessageLimitsView {
  @Int({ description: 'Characters (code points).' })
  textMaxLength!: number;

  @Int()
  metadataMaxBytes!: number;

  @Int()
  mentionsMax!: number;

  @Int({ description: 'Different emoji on one message.' })
  reactionsMax!: number;
}

export class ConversationLimitsView {
  @Int()
  titleMaxLength!: number;

  @Int()
  topicMaxLength!: number;

  @Int()
  groupMaxMembers!: number;
}

export class RangeView {
  @Int({ description: 'Unless asked.' })
  default!: number;

  @Int()
  max!: number;
}

export class SyncLimitsView {
  @Int()
  conversationsMax!: number;

  @Int()
  receiptsOfMax!: number;

  @Nested(() => RangeView)
  limit!: RangeView;

  @Int({ description: 'Further behind than this, a conversation comes back whole.' })
  resetAfterChanges!: number;
}

export class ReceiptLimitsView {
  @Int({ description: 'Receipts are told in conversations of up to this many members.' })
  maxMembers!: number;
}

export class PresenceLimitsView {
  @Int({ description: 'One socket watches at most this many people.' })
  watchMax!: number;
}

export class HeartbeatView {
  @Int()
  intervalMs!: number;

  @Int()
  timeoutMs!: number;
}

export class RateView {
  @Int()
  limit!: number;

  @Int({ description: 'It begins with the first.' })
  windowMs!: number;
}

/** What a client must know to stay within bounds. */
export class LimitsView {
  @Nested(() => MessageLimitsView)
  message!: MessageLimitsView;

  @Nested(() => ConversationLimitsView)
  conversation!: ConversationLimitsView;

  @Nested(() => RangeView)
  page!: RangeView;

  @Nested(() => SyncLimitsView)
  sync!: SyncLimitsView;

  @Nested(() => ReceiptLimitsView)
  receipts!: ReceiptLimitsView;

  @Nested(() => PresenceLimitsView)
  presence!: PresenceLimitsView;

  @Nested(() => HeartbeatView)
  heartbeat!: HeartbeatView;

  @Int()
  accessTokenTtlMs!: number;

  @NestedMap(() => RateView, {
    nullable: true,
    description:
      'By name, each counted by user or by address over REST and socket together; null for no limits. Whatever a user ' +
      'asks is a `request`, and some of it another one besides. Ignore names that you do not know.',
  })
  rates!: Record<string, RateView> | null;

  @Int({ nullable: true, description: 'Sockets of one user; null for no limit.' })
  connectionsPerUser!: number | null;

  @Bool({ description: 'Whether it sends mail; without, nobody gets a link to set a new password.' })
  mail!: boolean;
}
