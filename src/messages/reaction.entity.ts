import { Column, Entity, PrimaryColumn } from 'typeorm';

import { integer, line, uuid } from '../infrastructure/database/columns.js';

/** One user's reaction with one emoji. The summary that clients see is denormalized in the row of the message. */
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

  /** The conversation's `rev` of the reaction; it orders the users of one emoji. */
  @Column(integer)
  rev!: number;
}
