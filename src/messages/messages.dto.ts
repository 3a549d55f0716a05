import {
  Bool,
  Int,
  JsonObject,
  NestedList,
  SEQ_MAX,
  Text,
  Time,
  UuidField,
  UuidList,
} from '../common/field.decorators.js';
import { PAGE } from '../common/pagination.js';
import { MessageView } from '../read-models/message.view.dto.js';
import { MENTIONS_MAX, METADATA_MAX_BYTES, type StoredMessage, TEXT_MAX } from './message.js';

export class SendMessage {
  @UuidField({ optional: true, description: 'Chosen by the client: a retry with the same id stores no duplicate.' })
  id?: string;

  @UuidField()
  conversationId!: string;

  @Text({ description: `1–${TEXT_MAX} characters after NFC and trimming.` })
  text!: string;

  @UuidField({ optional: true, nullable: true, description: 'A message of the same conversation.' })
  replyToId?: string | null;

  @UuidList({ max: MENTIONS_MAX, optional: true, description: 'Members of the conversation.' })
  mentions?: string[];

  @JsonObject({ optional: true, nullable: true, description: `At most ${METADATA_MAX_BYTES} bytes of JSON.` })
  metadata?: Record<string, unknown> | null;
}

/** A message named by a socket command. */
export class MessageRef {
  @UuidField()
  id!: string;
}

export class EditMessageBody {
  @Text({ description: `1–${TEXT_MAX} characters after NFC and trimming.` })
  text!: string;
}

export class EditMessage extends EditMessageBody {
  @UuidField()
  id!: string;
}

export class React extends MessageRef {
  @Text({ min: 1, max: 32, description: 'One emoji.' })
  emoji!: string;
}

/** A page of messages: by one of `before`, `after` and `around`, or the newest. */
export class ListMessages {
  @UuidField()
  conversationId!: string;

  @Int({ min: 1, max: SEQ_MAX, optional: true, description: 'Messages with a smaller `seq`.' })
  before?: number;

  @Int({ min: 0, max: SEQ_MAX, optional: true, description: 'Messages with a larger `seq`.' })
  after?: number;

  @Int({ min: 1, max: SEQ_MAX, optional: true, description: 'Messages on both sides of a `seq`, itself included.' })
  around?: number;

  @Int({ min: 1, max: PAGE.max, optional: true, description: `Default ${PAGE.default}.` })
  limit?: number;
}

export class MessagePageView {
  @NestedList(() => MessageView, { description: 'Ascending by `seq`.' })
  items!: MessageView[];

  @Bool({ description: 'Older messages exist.' })
  hasBefore!: boolean;

  @Bool({ description: 'Newer messages exist.' })
  hasAfter!: boolean;
}

/** The part of a message that decides on changes and on repeated sends. */
export function storedMessage({ sender, conversationId, text, editedAt, deletedAt }: MessageView): StoredMessage {
  return { senderId: sender.id, conversationId, text, edited: editedAt !== null, deleted: deletedAt !== null };
}

/** A message in the export of its sender's account. */
export class ExportedMessageView {
  @UuidField()
  id!: string;

  @UuidField()
  conversationId!: string;

  @Int({ min: 1 })
  seq!: number;

  @Text({ description: 'Empty once deleted.' })
  text!: string;

  @Int({ nullable: true, description: 'The `seq` of the message that it replies to.' })
  replyToSeq!: number | null;

  @UuidList({ max: 50 })
  mentions!: string[];

  @JsonObject({ nullable: true })
  metadata!: Record<string, unknown> | null;

  @Time()
  createdAt!: string;

  @Time({ nullable: true })
  editedAt!: string | null;

  @Time({ nullable: true })
  deletedAt!: string | null;
}

/** A reaction in the export of the account that made it. */
export class ExportedReactionView {
  @UuidField()
  conversationId!: string;

  @Int({ min: 1, description: 'The `seq` of the message.' })
  seq!: number;

  @Text()
  emoji!: string;
}
