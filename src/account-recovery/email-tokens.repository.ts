import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, MoreThan, Not } from 'typeorm';

import type { DataOwner } from '../infrastructure/data-owners/data-owners.js';
import { Database, type ReadRepository } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { endSessions } from '../sessions/sessions.repository.js';
import { UserEntity } from '../users/user.entity.js';
import { EmailTokenEntity } from './email-token.entity.js';
import { tokenBinding, type EmailTokenKind } from './email-token.js';
import { EmailTokenStore, type NewEmailToken } from './email-tokens.store.js';

/** Expired tokens that one call deletes, which bounds its time. */
const MAX_DELETED = 500;

/** The data that a token is bound to. */
interface Account {
  readonly id: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly isVerified: boolean;
}

@Injectable()
export class EmailTokensRepository extends EmailTokenStore {
  constructor(private readonly database: Database) {
    super();
  }

  override add(token: NewEmailToken, { max, since }: { max: number; since: Date }): Promise<string | null> {
    const { kind, userId } = token;
    return this.database.write(async (tx) => {
      const account = await lockAccount(tx, userId);
      if (!account || (kind === 'verify' && account.isVerified)) return null;
      const tokens = tx.repository(EmailTokenEntity);
      if ((await tokens.countBy({ userId, kind, createdAt: MoreThan(since) })) >= max) return null;
      tx.queue(
        tokens
          .createQueryBuilder()
          .insert()
          .values({ ...token, binding: tokenBinding(kind, account) }),
      );
      return account.email;
    });
  }

  override async isGood(kind: EmailTokenKind, hash: string, now: Date): Promise<boolean> {
    const token = await validToken(this.database.repository(EmailTokenEntity), kind, hash, now);
    const account = token && (await accountOf(this.database.repository(UserEntity), token.userId));
    return account !== null && token?.binding === tokenBinding(kind, account);
  }

  override verifyEmail(hash: string, now: Date): Promise<boolean> {
    return this.database.write(async (tx) => {
      const account = await lockAccountOf(tx, 'verify', hash, now);
      if (account && !account.isVerified) await markVerified(tx, account.id, now);
      return account !== null;
    });
  }

  override resetPassword(
    hash: string,
    passwordHash: string,
    now: Date,
  ): Promise<{ userId: string; ended: string[] } | null> {
    return this.database.write(async (tx) => {
      const account = await lockAccountOf(tx, 'reset', hash, now);
      if (!account) return null;
      const { id: userId } = account;
      await tx.repository(UserEntity).update({ id: userId }, { passwordHash });
      if (!account.isVerified) await markVerified(tx, userId, now);
      await tx
        .repository(EmailTokenEntity)
        .update({ userId, kind: 'reset', expiresAt: MoreThan(now) }, { expiresAt: now });
      return { userId, ended: await endSessions(tx, userId, {}, 'password_changed', now) };
    });
  }

  override async forget(expiredBefore: Date): Promise<void> {
    const expired = await this.database.repository(EmailTokenEntity).find({
      select: { hash: true },
      where: { expiresAt: LessThan(expiredBefore) },
      order: { expiresAt: 'ASC' },
      take: MAX_DELETED,
    });
    if (expired.length === 0) return;
    // Concurrent deletions lock the rows in the same order.
    const hashes = expired.map(({ hash }) => hash).sort();
    await this.database.write((tx) => tx.repository(EmailTokenEntity).delete({ hash: In(hashes) }));
  }
}

/** Owns the table of e-mail tokens: deletes those of a deleted account. They hold hashes only, so none is exported. */
@Injectable()
export class EmailTokenData implements DataOwner {
  readonly tables = ['mail_tokens'];

  async eraseUser(tx: Transaction, userId: string): Promise<void> {
    await tx.repository(EmailTokenEntity).delete({ userId });
  }
}

/** The account of a user who is not deleted and has an e-mail address. */
async function accountOf(
  users: ReadRepository<UserEntity>,
  userId: string,
  lock: Transaction['writeLock'] = {},
): Promise<Account | null> {
  const user = await users.findOne({
    select: { id: true, email: true, emailVerifiedAt: true, passwordHash: true },
    where: { id: userId, email: Not(IsNull()), deletedAt: IsNull() },
    ...lock,
  });
  if (user?.email == null || user.passwordHash === null) return null;
  const { id, email, passwordHash, emailVerifiedAt } = user;
  return { id, email, passwordHash, isVerified: emailVerifiedAt !== null };
}

/** {@link accountOf}, locked: until the commit, no other transaction changes the account or its tokens. */
const lockAccount = (tx: Transaction, userId: string): Promise<Account | null> =>
  accountOf(tx.repository(UserEntity), userId, tx.writeLock);

/** The account that a token is valid for, locked; null when the token is not valid. */
async function lockAccountOf(tx: Transaction, kind: EmailTokenKind, hash: string, now: Date): Promise<Account | null> {
  const tokens = tx.repository(EmailTokenEntity);
  const owner = await tokens.findOne({ select: { hash: true, userId: true }, where: { hash } });
  const account = owner && (await lockAccount(tx, owner.userId));
  if (!account) return null;
  // Read after the lock: another transaction may have used the token meanwhile.
  const token = await validToken(tokens, kind, hash, now);
  return token?.binding === tokenBinding(kind, account) ? account : null;
}

/** A token that has not expired. It counts only while its binding matches the account. */
const validToken = (
  tokens: ReadRepository<EmailTokenEntity>,
  kind: EmailTokenKind,
  hash: string,
  now: Date,
): Promise<EmailTokenEntity | null> => tokens.findOneBy({ hash, kind, expiresAt: MoreThan(now) });

async function markVerified(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.repository(UserEntity).update({ id: userId }, { emailVerifiedAt: now });
}
