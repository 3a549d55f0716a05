import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { integer, moment, optionalMoment, uuid } from '../infrastructure/database/columns.js';

/** Clustered by conversation and `seq`, so that a page of history is one range of one index. */
@Entity('messages', { withoutRowid: true })
@Index('messages_id', ['id'], { unique: true })
@Index('messages_rev', ['conversation_id', 'rev'])
export class MessageEntity {
  @PrimaryColumn(uuid)
  conversation_id!: string;

  @PrimaryColumn(integer)
  seq!: number;

  @Column(uuid)
  id!: string;

  /** The conversation's `rev` at which this row last changed. */
  @Column(integer)
  rev!: number;

  @Column(uuid)
  sender_id!: string;

  @Column({ type: 'text' })
  text!: string;

  @Column({ ...integer, nullable: true })
  reply_to_seq!: number | null;

  /** A JSON array of user ids, or null for none. */
  @Column({ type: 'text', nullable: true })
  mentions!: string | null;

  /** A JSON array of `Reaction`, or null for none. */
  @Column({ type: 'text', nullable: true })
  reactions!: string | null;

  /** A JSON object, or null. */
  @Column({ type: 'text', nullable: true })
  metadata!: string | null;

  @Column(moment)
  created_at!: Date;

  @Column(optionalMoment)
  edited_at!: Date | null;

  @Column(optionalMoment)
  deleted_at!: Date | null;
}
