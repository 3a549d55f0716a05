import { Entity, PrimaryColumn } from 'typeorm';

import { uuid } from '../database/columns.js';

/** A conversation that is deleted, while some of its messages are still there. */
@Entity('purges')
export class PurgeEntity {
  @PrimaryColumn(uuid)
  conversation_id!: string;
}
