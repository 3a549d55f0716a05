import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

import { line, moment, uuid } from '../infrastructure/database/columns.js';
import { UserEntity } from '../users/user.entity.js';

/** A link that was sent by mail. Once it has expired it is kept for an hour, as it counts among those that were sent. */
@Entity('mail_tokens')
@Index('mail_tokens_user', ['user_id', 'kind', 'created_at'])
@Index('mail_tokens_expiry', ['expires_at'])
export class EmailTokenEntity {
  /** SHA-256 of the token, which only the mail has. */
  @PrimaryColumn(line(43))
  hash!: string;

  @Column(uuid)
  @ForeignKey(() => UserEntity, { name: 'mail_tokens_of_user', onDelete: 'CASCADE' })
  user_id!: string;

  @Column(line(16))
  kind!: string;

  /** SHA-256 of what the token was made for: it is good for as long as that is so. */
  @Column(line(43))
  binding!: string;

  @Column(moment)
  created_at!: Date;

  @Column(moment)
  expires_at!: Date;
}
