import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';

import { moment, uuid } from '../infrastructure/database/columns.js';
import { UserEntity } from '../users/user.entity.js';

/** One user has blocked another. */
@Entity('blocks', { withoutRowid: true })
@Index('blocks_of', ['blockedId', 'userId'])
export class BlockEntity {
  @PrimaryColumn({ ...uuid, name: 'user_id' })
  userId!: string;

  @PrimaryColumn({ ...uuid, name: 'blocked_id' })
  blockedId!: string;

  @Column({ ...moment, name: 'created_at' })
  createdAt!: Date;

  @ManyToOne(() => UserEntity, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'blocks_by_user' })
  user?: UserEntity;

  @ManyToOne(() => UserEntity, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'blocked_id', foreignKeyConstraintName: 'blocks_of_user' })
  blocked?: UserEntity;
}
