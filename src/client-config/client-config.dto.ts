import { Bool, Nested, NestedMap, Int } from '../common/field.decorators.js';

export class MessageLimitsView {
  @Int({ description: 'Characters (code points).' })
  textMaxLength!: number;

  @Int()
  metadataMaxBytes!: number;

  @Int()
  mentionsMax!: number;

  @Int({ description: 'Distinct emoji per message.' })
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
  @Int({ description: 'Used when the request sets none.' })
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

  @Int({ description: 'A conversation that is further behind than this many changes is reset.' })
  resetAfterChanges!: number;
}

export class ReceiptLimitsView {
  @Int({ description: 'Receipts exist in conversations of up to this many members.' })
  maxMembers!: number;
}

export class PresenceLimitsView {
  @Int({ description: 'Users that one socket may watch.' })
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

  @Int({ description: 'A window begins with its first request.' })
  windowMs!: number;
}

/** The limits that a client needs to know. */
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
      'Rate limits by name, counted per user or per address over REST and socket together; null without limits. Every ' +
      'request of a user is charged to `request`, and some to another rate as well. Ignore names that you do not know.',
  })
  rates!: Record<string, RateView> | null;

  @Int({ nullable: true, description: 'Sockets per user and node; null without a limit.' })
  connectionsPerUser!: number | null;

  @Bool({ description: 'Whether the server sends e-mail. Without it, a forgotten password cannot be reset.' })
  mail!: boolean;
}
