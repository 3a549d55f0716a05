import { JsonObject, UuidField, UuidList, Text, Time, Int } from '../common/field.decorators.js';

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
