import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

import { line, moment, uuid } from '../infrastructure/database/columns.js';
import { UserEntity } from '../users/user.entity.js';
import type { EmailTokenKind } from './email-token.js';
import type { NewEmailToken } from './email-tokens.store.js';

/** The token of a link that was sent by e-mail. It is kept for an hour after it expired, to count the links sent. */
@Entity('mail_tokens')
@Index('mail_tokens_user', ['userId', 'kind', 'createdAt'])
@Index('mail_tokens_expiry', ['expiresAt'])
export class EmailTokenEntity implements NewEmailToken {
  /** SHA-256 of the token, which is stored nowhere. */
  @PrimaryColumn(line(43))
  hash!: string;

  @Column({ ...uuid, name: 'user_id' })
  @ForeignKey(() => UserEntity, { name: 'mail_tokens_of_user', onDelete: 'CASCADE' })
  userId!: string;

  @Column(line(16))
  kind!: EmailTokenKind;

  /** SHA-256 of the account data that the token was issued for. The token is valid while that data is unchanged. */
  @Column(line(43))
  binding!: string;

  @Column({ ...moment, name: 'created_at' })
  createdAt!: Date;

  @Column({ ...moment, name: 'expires_at' })
  expiresAt!: Date;
}
