import { Injectable } from '@nestjs/common';

import { endSessions } from '../sessions/sessions.repository.js';
import { Database, placeholders } from '../infrastructure/database/database.js';
import type { Row, Rows, Transaction } from '../infrastructure/database/transaction.js';
import { tokenBinding, type EmailTokenKind } from './email-token.js';
import { EmailTokenStore, type NewEmailToken } from './email-tokens.store.js';

/** Tokens that are forgotten at once: nobody waits for it for long. */
const FORGOTTEN_AT_ONCE = 500;

/** What a token may be bound to. */
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
    const { hash, kind, userId, createdAt, expiresAt } = token;
    return this.database.write(async (tx) => {
      const account = await locked(tx, userId);
      if (!account || (kind === 'verify' && account.isVerified)) return null;
      const [sent] = await tx.rows(
        'SELECT COUNT(*) AS count FROM mail_tokens WHERE user_id = ? AND kind = ? AND created_at > ?',
        [userId, kind, since],
      );
      if (Number(sent?.['count']) >= max) return null;
      const binding = tokenBinding(kind, account);
      tx.insert('mail_tokens', [
        { hash, user_id: userId, kind, binding, created_at: createdAt, expires_at: expiresAt },
      ]);
      return account.email;
    });
  }

  override async isGood(kind: EmailTokenKind, hash: string, now: Date): Promise<boolean> {
    const userId = await ownerOf(this.database, hash);
    if (userId === null) return false;
    const [row] = await this.database.rows(ACCOUNT, [userId]);
    return isBoundTo(this.database, accountOf(row), kind, hash, now);
  }

  override verifyEmail(hash: string, now: Date): Promise<boolean> {
    return this.database.write(async (tx) => {
      const account = await presented(tx, 'verify', hash, now);
      if (account && !account.isVerified) await verify(tx, account.id, now);
      return account !== null;
    });
  }

  override resetPassword(
    hash: string,
    passwordHash: string,
    now: Date,
  ): Promise<{ userId: string; ended: string[] } | null> {
    return this.database.write(async (tx) => {
      const account = await presented(tx, 'reset', hash, now);
      if (!account) return null;
      await tx.run('UPDATE users SET password_hash = ? WHERE id = ?', [passwordHash, account.id]);
      if (!account.isVerified) await verify(tx, account.id, now);
      await tx.run("UPDATE mail_tokens SET expires_at = ? WHERE user_id = ? AND kind = 'reset' AND expires_at > ?", [
        now,
        account.id,
        now,
      ]);
      return { userId: account.id, ended: await endSessions(tx, account.id, {}, 'password_changed', now) };
    });
  }

  override async forget(expiredBefore: Date): Promise<void> {
    const rows = await this.database.rows(
      `SELECT hash FROM mail_tokens WHERE expires_at < ? ORDER BY expires_at LIMIT ${FORGOTTEN_AT_ONCE}`,
      [expiredBefore],
    );
    if (rows.length === 0) return;
    const hashes = rows.map((row) => String(row['hash'])).sort();
    await this.database.write((tx) =>
      tx.run(`DELETE FROM mail_tokens WHERE hash IN (${placeholders(hashes.length)})`, hashes),
    );
  }
}

const ACCOUNT = `SELECT id, email, email_verified_at, password_hash FROM users
  WHERE id = ? AND email IS NOT NULL AND deleted_at IS NULL`;

/** The account, if it has an address. From here on nobody else changes it, or its tokens. */
async function locked(tx: Transaction, userId: string): Promise<Account | null> {
  const [row] = await tx.rows(ACCOUNT + tx.forUpdate, [userId]);
  return accountOf(row);
}

function accountOf(row: Row | undefined): Account | null {
  if (!row) return null;
  return {
    id: String(row['id']),
    email: String(row['email']),
    passwordHash: String(row['password_hash']),
    isVerified: row['email_verified_at'] !== null,
  };
}

/** The account that a token is good for, locked; null when it is good for none. */
async function presented(tx: Transaction, kind: EmailTokenKind, hash: string, now: Date): Promise<Account | null> {
  const userId = await ownerOf(tx, hash);
  const account = userId === null ? null : await locked(tx, userId);
  return (await isBoundTo(tx, account, kind, hash, now)) ? account : null;
}

async function ownerOf(from: Rows, hash: string): Promise<string | null> {
  const [row] = await from.rows('SELECT user_id FROM mail_tokens WHERE hash = ?', [hash]);
  return row ? String(row['user_id']) : null;
}

async function isBoundTo(
  from: Rows,
  account: Account | null,
  kind: EmailTokenKind,
  hash: string,
  now: Date,
): Promise<boolean> {
  if (!account) return false;
  const [row] = await from.rows('SELECT binding FROM mail_tokens WHERE hash = ? AND kind = ? AND expires_at > ?', [
    hash,
    kind,
    now,
  ]);
  return row?.['binding'] === tokenBinding(kind, account);
}

async function verify(tx: Transaction, userId: string, now: Date): Promise<void> {
  await tx.run('UPDATE users SET email_verified_at = ? WHERE id = ?', [now, userId]);
}
