import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

import { ConversationEntity } from '../conversations/conversation.entity.js';
import { counter, integer, line, moment, optionalMoment, uuid } from '../infrastructure/database/columns.js';
import { UserEntity } from '../users/user.entity.js';

/** A current or former membership. The row stays after leaving, so that the sync of other members reports it. */
@Entity('members')
@Index('members_user', ['user_id', 'left_at', 'conversation_id', 'archived_seq'])
@Index('members_state', ['user_id', 'state_rev'])
@Index('members_rev', ['conversation_id', 'rev'])
@Index('members_standing', ['conversation_id', 'joined_at', 'user_id'])
export class MemberEntity {
  @PrimaryColumn(uuid)
  @ForeignKey(() => ConversationEntity, { name: 'members_of_conversation', onDelete: 'CASCADE' })
  conversation_id!: string;

  @PrimaryColumn(uuid)
  @ForeignKey(() => UserEntity, { name: 'members_are_users', onDelete: 'CASCADE' })
  user_id!: string;

  @Column(line(8))
  role!: string;

  @Column(moment)
  joined_at!: Date;

  @Column(optionalMoment)
  left_at!: Date | null;

  /** The conversation's `rev` at which this row last changed. */
  @Column(integer)
  rev!: number;

  /** The user's `state_rev` at which markers, mute, pin or archive last changed. */
  @Column(counter)
  state_rev!: number;

  @Column(counter)
  read_seq!: number;

  @Column(counter)
  delivered_seq!: number;

  @Column(optionalMoment)
  muted_until!: Date | null;

  /** 0 or 1. */
  @Column(counter)
  pinned!: number;

  /** The `last_seq` at which the member archived it; a later message returns it to the inbox. */
  @Column({ ...integer, nullable: true })
  archived_seq!: number | null;
}
