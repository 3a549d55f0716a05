import { Column, Entity, PrimaryColumn } from 'typeorm';

import { integer, line, uuid } from '../infrastructure/database/columns.js';

/** Who reacted to a message with what. What is shown of it stands in the message's row. */
@Entity('reactions', { withoutRowid: true })
export class ReactionEntity {
  @PrimaryColumn(uuid)
  conversation_id!: string;

  @PrimaryColumn(integer)
  seq!: number;

  @PrimaryColumn(line(32))
  emoji!: string;

  @PrimaryColumn(uuid)
  user_id!: string;

  /** The conversation's `rev` at which it came: the order of those who reacted. */
  @Column(integer)
  rev!: number;
}
