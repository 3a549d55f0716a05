import { Free, Id, Ids, Nested, NestedList, OneOf, Text, Time, Whole } from '../common/field.decorators.js';

/** A reply quotes at most this many characters. */
export const PREVIEW_MAX = 140;

export class SenderView {
  @Id()
  id!: string;

  @Text({ nullable: true, description: 'Null once the account is deleted, as is `displayName`.' })
  username!: string | null;

  @Text({ nullable: true })
  displayName!: string | null;

  @Text({ nullable: true })
  avatarUrl!: string | null;
}

export class ReplyView {
  @Id()
  id!: string;

  @Whole({ min: 1 })
  seq!: number;

  @Id()
  senderId!: string;

  @Text({ max: PREVIEW_MAX, description: 'The beginning of the quoted text, as of this answer; empty once deleted.' })
  preview!: string;
}

export class ReactionView {
  @Text()
  emoji!: string;

  @Whole({ min: 1 })
  count!: number;

  @Ids({ max: 20, description: 'The first 20.' })
  userIds!: string[];
}

/** A message as everybody in its conversation sees it. */
export class MessageView {
  @Id()
  id!: string;

  @Id()
  conversationId!: string;

  @Whole({ min: 1, description: 'Its place in the conversation, for ever; gapless.' })
  seq!: number;

  @Whole({ min: 1, description: 'The change of the conversation that last touched it.' })
  rev!: number;

  @OneOf(['text'])
  kind!: string;

  @Nested(() => SenderView)
  sender!: SenderView;

  @Text({ description: 'Empty once deleted.' })
  text!: string;

  @Nested(() => ReplyView, { nullable: true })
  replyTo!: ReplyView | null;

  @Ids({ max: 50 })
  mentions!: string[];

  @NestedList(() => ReactionView)
  reactions!: ReactionView[];

  @Free({ nullable: true })
  metadata!: Record<string, unknown> | null;

  @Time()
  createdAt!: string;

  @Time({ nullable: true })
  editedAt!: string | null;

  @Time({ nullable: true })
  deletedAt!: string | null;
}
