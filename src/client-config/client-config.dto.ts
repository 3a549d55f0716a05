import { Flag, Nested, NestedMap, Whole } from '../common/field.decorators.js';

export class MessageLimitsView {
  @Whole({ description: 'Characters (code points).' })
  textMaxLength!: number;

  @Whole()
  metadataMaxBytes!: number;

  @Whole()
  mentionsMax!: number;

  @Whole({ description: 'Different emoji on one message.' })
  reactionsMax!: number;
}

export class ConversationLimitsView {
  @Whole()
  titleMaxLength!: number;

  @Whole()
  topicMaxLength!: number;

  @Whole()
  groupMaxMembers!: number;
}

export class RangeView {
  @Whole({ description: 'Unless asked.' })
  default!: number;

  @Whole()
  max!: number;
}

export class SyncLimitsView {
  @Whole()
  conversationsMax!: number;

  @Whole()
  receiptsOfMax!: number;

  @Nested(() => RangeView)
  limit!: RangeView;

  @Whole({ description: 'Further behind than this, a conversation comes back whole.' })
  resetAfterChanges!: number;
}

export class ReceiptLimitsView {
  @Whole({ description: 'Receipts are told in conversations of up to this many members.' })
  maxMembers!: number;
}

export class PresenceLimitsView {
  @Whole({ description: 'One socket watches at most this many people.' })
  watchMax!: number;
}

export class HeartbeatView {
  @Whole()
  intervalMs!: number;

  @Whole()
  timeoutMs!: number;
}

export class RateView {
  @Whole()
  limit!: number;

  @Whole({ description: 'It begins with the first.' })
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

  @Whole()
  accessTokenTtlMs!: number;

  @NestedMap(() => RateView, {
    nullable: true,
    description:
      'By name, each counted by user or by address over REST and socket together; null for no limits. Whatever a user ' +
      'asks is a `request`, and some of it another one besides. Ignore names that you do not know.',
  })
  rates!: Record<string, RateView> | null;

  @Whole({ nullable: true, description: 'Sockets of one user; null for no limit.' })
  connectionsPerUser!: number | null;

  @Flag({ description: 'Whether it sends mail; without, nobody gets a link to set a new password.' })
  mail!: boolean;
}
