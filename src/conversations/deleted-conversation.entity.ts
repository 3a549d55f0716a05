import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { integer, uuid } from '../infrastructure/database/columns.js';

/** The id of a deleted conversation. The row is kept, so that the id is never used again. */
@Entity('purges')
@Index('purges_done', ['done'])
export class DeletedConversationEntity {
  @PrimaryColumn(uuid)
  conversation_id!: string;

  /** 0 while messages remain to be purged, then 1. */
  @Column({ ...integer, default: 0 })
  done!: number;
}
