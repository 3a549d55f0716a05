import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

import { integer, line, moment, optionalLine, optionalMoment, uuid } from '../infrastructure/database/columns.js';
import { UserEntity } from '../users/user.entity.js';

@Entity('sessions')
@Index('sessions_user', ['user_id', 'ended_at', 'id'])
export class SessionEntity {
  @PrimaryColumn(uuid)
  id!: string;

  @Column(uuid)
  @ForeignKey(() => UserEntity, { name: 'sessions_of_user', onDelete: 'CASCADE' })
  user_id!: string;

  /** The client's own name for its device: a second log-in with it replaces the first. */
  @Column(optionalLine(128))
  device_id!: string | null;

  @Column(optionalLine(100))
  device_name!: string | null;

  @Column(line(16))
  platform!: string;

  /** Goes into the MAC of every refresh token of this session; worth nothing without the server's key. */
  @Column({ type: 'varchar', length: 43 })
  salt!: string;

  /** The refresh token that counts. */
  @Column(integer)
  generation!: number;

  /** The newest generation of which a token was ever used. */
  @Column(integer)
  confirmed!: number;

  /** JSON: when the newest generations came, in ms, oldest first. */
  @Column({ type: 'text' })
  rotations!: string;

  @Column(moment)
  created_at!: Date;

  @Column(moment)
  last_seen_at!: Date;

  @Column(moment)
  expires_at!: Date;

  @Column(optionalMoment)
  ended_at!: Date | null;

  @Column(optionalLine(32))
  ended_reason!: string | null;
}
