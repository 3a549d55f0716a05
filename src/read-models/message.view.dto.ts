import {
  JsonObject,
  UuidField,
  UuidList,
  Nested,
  NestedList,
  Enum,
  Text,
  Time,
  Int,
} from '../common/field.decorators.js';

/** The most characters that a reply quotes. */
export const PREVIEW_MAX = 140;

export class SenderView {
  @UuidField()
  id!: string;

  @Text({ nullable: true, description: 'Null once the account is deleted, as is `displayName`.' })
  username!: string | null;

  @Text({ nullable: true })
  displayName!: string | null;

  @Text({ nullable: true })
  avatarUrl!: string | null;
}

export class ReplyView {
  @UuidField()
  id!: string;

  @Int({ min: 1 })
  seq!: number;

  @UuidField()
  senderId!: string;

  @Text({
    max: PREVIEW_MAX,
    description: 'The beginning of the quoted text at the time of the answer. Empty if deleted.',
  })
  preview!: string;
}

export class ReactionView {
  @Text()
  emoji!: string;

  @Int({ min: 1 })
  count!: number;

  @UuidList({ max: 20, description: 'The first 20.' })
  userIds!: string[];
}

/** A message as every member sees it. */
export class MessageView {
  @UuidField()
  id!: string;

  @UuidField()
  conversationId!: string;

  @Int({
    min: 1,
    description: 'The number of the message in its conversation: 1, 2, 3 … without gaps. It never changes.',
  })
  seq!: number;

  @Int({ min: 1, description: 'The `rev` of the last change of the message.' })
  rev!: number;

  @Enum(['text'])
  kind!: string;

  @Nested(() => SenderView)
  sender!: SenderView;

  @Text({ description: 'Empty once deleted.' })
  text!: string;

  @Nested(() => ReplyView, { nullable: true })
  replyTo!: ReplyView | null;

  @UuidList({ max: 50 })
  mentions!: string[];

  @NestedList(() => ReactionView)
  reactions!: ReactionView[];

  @JsonObject({ nullable: true })
  metadata!: Record<string, unknown> | null;

  @Time()
  createdAt!: string;

  @Time({ nullable: true })
  editedAt!: string | null;

  @Time({ nullable: true })
  deletedAt!: string | null;
}

/** The times of a message that has not been changed since it was sent. */
export const UNCHANGED = { editedAt: null, deletedAt: null } as const satisfies Partial<MessageView>;
