import { Text, Time, UuidField } from '../common/field.decorators.js';

/** A session in the export of an account. */
export class ExportedSessionView {
  @UuidField()
  id!: string;

  @Text({ nullable: true })
  deviceId!: string | null;

  @Text({ nullable: true })
  deviceName!: string | null;

  @Text()
  platform!: string;

  @Time()
  createdAt!: string;

  @Time()
  lastSeenAt!: string;

  @Time({ nullable: true })
  endedAt!: string | null;
}
