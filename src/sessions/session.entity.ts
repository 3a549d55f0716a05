import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

import { integer, json, line, moment, optionalLine, optionalMoment, uuid } from '../infrastructure/database/columns.js';
import { UserEntity } from '../users/user.entity.js';
import type { Platform, Session, SessionEndReason } from './session.js';

@Entity('sessions')
@Index('sessions_user', ['userId', 'endedAt', 'id'])
export class SessionEntity implements Session {
  @PrimaryColumn(uuid)
  id!: string;

  @Column({ ...uuid, name: 'user_id' })
  @ForeignKey(() => UserEntity, { name: 'sessions_of_user', onDelete: 'CASCADE' })
  userId!: string;

  /** The client's own id of its device: a second log-in with it replaces the first session. */
  @Column({ ...optionalLine(128), name: 'device_id' })
  deviceId!: string | null;

  @Column({ ...optionalLine(100), name: 'device_name' })
  deviceName!: string | null;

  @Column(line(16))
  platform!: Platform;

  /** Part of the MAC of every refresh token of this session. Useless without the server's key. */
  @Column(line(43))
  salt!: string;

  /** The current refresh token. */
  @Column(integer)
  generation!: number;

  /** The newest generation of which a token was ever used. */
  @Column(integer)
  confirmed!: number;

  /** When the newest generations were issued, in ms, oldest first. */
  @Column(json)
  rotations!: readonly number[];

  @Column({ ...moment, name: 'created_at' })
  createdAt!: Date;

  @Column({ ...moment, name: 'last_seen_at' })
  lastSeenAt!: Date;

  @Column({ ...moment, name: 'expires_at' })
  expiresAt!: Date;

  @Column({ ...optionalMoment, name: 'ended_at' })
  endedAt!: Date | null;

  @Column({ ...optionalLine(32), name: 'ended_reason' })
  ended!: SessionEndReason | null;
}

/** The session of an entity. */
export const sessionOf = ({ endedAt: _, ...session }: SessionEntity): Session => session;
