import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

import { moment, uuid } from '../infrastructure/database/columns.js';
import { UserEntity } from '../users/user.entity.js';

/** Somebody wants nothing of somebody else. */
@Entity('blocks', { withoutRowid: true })
@Index('blocks_of', ['blocked_id', 'user_id'])
export class BlockEntity {
  @PrimaryColumn(uuid)
  user_id!: string;

  @PrimaryColumn(uuid)
  blocked_id!: string;

  @Column(moment)
  created_at!: Date;

  @ManyToOne(() => UserEntity, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'blocks_by_user' })
  user?: UserEntity;

  @ManyToOne(() => UserEntity, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'blocked_id', foreignKeyConstraintName: 'blocks_of_user' })
  blocked?: UserEntity;
}
