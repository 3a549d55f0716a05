import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { counter, moment, optionalLine, optionalMoment, uuid } from '../infrastructure/database/columns.js';
import type { User } from './user.js';

@Entity('users')
@Index('users_username', ['username'], { unique: true })
@Index('users_email', ['email'], { unique: true })
@Index('users_display_name_folded', ['displayNameFolded'])
export class UserEntity implements Omit<User, 'emailVerified' | 'createdAt' | 'deleted'> {
  @PrimaryColumn(uuid)
  id!: string;

  /** Folded; null once the account is deleted. */
  @Column(optionalLine(32))
  username!: string | null;

  /** Folded. */
  @Column(optionalLine(254))
  email!: string | null;

  /** When a link that was sent to this address was opened; null before. */
  @Column({ ...optionalMoment, name: 'email_verified_at' })
  emailVerifiedAt!: Date | null;

  @Column({ ...optionalLine(64), name: 'display_name' })
  displayName!: string | null;

  /** The display name as the search by prefix compares it. */
  @Column({ ...optionalLine(128), name: 'display_name_folded', select: false })
  displayNameFolded!: string | null;

  @Column({ ...optionalLine(2_048), name: 'avatar_url' })
  avatarUrl!: string | null;

  @Column(optionalLine(500))
  about!: string | null;

  /** Argon2id in PHC string format; null once the account is deleted. Only queries that name it select it. */
  @Column({ ...optionalLine(255), name: 'password_hash', select: false })
  passwordHash!: string | null;

  /** Counts changes of the user's private state (markers, mute, pin, archive). */
  @Column({ ...counter, name: 'state_rev' })
  stateRev!: number;

  @Column({ ...moment, name: 'created_at' })
  createdAt!: Date;

  /** When the user's last connection ended. */
  @Column({ ...optionalMoment, name: 'last_seen_at' })
  lastSeenAt!: Date | null;

  @Column({ ...optionalMoment, name: 'deleted_at' })
  deletedAt!: Date | null;
}

/** The user of an entity with all its default columns. */
export const userOf = (entity: UserEntity): User => ({
  id: entity.id,
  username: entity.username,
  email: entity.email,
  emailVerified: entity.emailVerifiedAt !== null,
  displayName: entity.displayName,
  avatarUrl: entity.avatarUrl,
  about: entity.about,
  stateRev: entity.stateRev,
  createdAt: entity.createdAt.toISOString(),
  deleted: entity.deletedAt !== null,
});
