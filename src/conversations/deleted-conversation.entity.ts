import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { integer, uuid } from '../infrastructure/database/columns.js';

/** A conversation that is deleted: it is kept for good, as no other may have its id. */
@Entity('purges')
@Index('purges_done', ['done'])
export class PurgeEntity {
  @PrimaryColumn(uuid)
  conversation_id!: string;

  /** 0 while some of its messages are still there, then 1. */
  @Column({ ...integer, default: 0 })
  done!: number;
}
