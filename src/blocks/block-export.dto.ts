import { Time, UuidField } from '../common/field.decorators.js';

/** A block in the export of the account that made it. */
export class ExportedBlockView {
  @UuidField()
  userId!: string;

  @Time()
  blockedAt!: string;
}
