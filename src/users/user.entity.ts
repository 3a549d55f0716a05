import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

import { counter, moment, optionalLine, optionalMoment, uuid } from '../infrastructure/database/columns.js';

@Entity('users')
@Index('users_username', ['username'], { unique: true })
@Index('users_email', ['email'], { unique: true })
@Index('users_display_name_folded', ['display_name_folded'])
export class UserEntity {
  @PrimaryColumn(uuid)
  id!: string;

  /** Folded; null once the account is deleted. */
  @Column(optionalLine(32))
  username!: string | null;

  /** Folded. */
  @Column(optionalLine(254))
  email!: string | null;

  /** Null until somebody has opened a link that was sent to that very address. */
  @Column(optionalMoment)
  email_verified_at!: Date | null;

  @Column(optionalLine(64))
  display_name!: string | null;

  /** What a search by prefix looks at. */
  @Column(optionalLine(128))
  display_name_folded!: string | null;

  @Column(optionalLine(2_048))
  avatar_url!: string | null;

  @Column(optionalLine(500))
  about!: string | null;

  /** Argon2id in PHC string format; null once the account is deleted. */
  @Column(optionalLine(255))
  password_hash!: string | null;

  /** Counts changes of the user's private state (markers, mute, pin, archive). */
  @Column(counter)
  state_rev!: number;

  @Column(moment)
  created_at!: Date;

  /** When their last connection ended. */
  @Column(optionalMoment)
  last_seen_at!: Date | null;

  @Column(optionalMoment)
  deleted_at!: Date | null;
}
