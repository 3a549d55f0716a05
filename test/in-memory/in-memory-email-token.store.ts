import { tokenBinding, type EmailTokenKind } from '../../src/account-recovery/email-token.js';
import { EmailTokenStore, type NewEmailToken } from '../../src/account-recovery/email-tokens.store.js';
import type { InMemoryTables, UserRow } from './in-memory-tables.js';

interface Account extends UserRow {
  readonly email: string;
  readonly passwordHash: string;
}

export class InMemoryEmailTokenStore extends EmailTokenStore {
  constructor(private readonly tables: InMemoryTables) {
    super();
  }

  override async add(token: NewEmailToken, { max, since }: { max: number; since: Date }): Promise<string | null> {
    const account = this.account(token.userId);
    if (!account || (token.kind === 'verify' && account.emailVerified)) return null;
    const sent = [...this.tables.mailTokens.values()].filter(
      ({ userId, kind, createdAt }) => userId === token.userId && kind === token.kind && createdAt > since,
    );
    if (sent.length >= max) return null;
    this.tables.mailTokens.set(token.hash, { ...token, binding: tokenBinding(token.kind, account) });
    return account.email;
  }

  override async isGood(kind: EmailTokenKind, hash: string, now: Date): Promise<boolean> {
    return this.presented(kind, hash, now) !== null;
  }

  override async verifyEmail(hash: string, now: Date): Promise<boolean> {
    const account = this.presented('verify', hash, now);
    if (account) this.tables.users.set(account.id, { ...account, emailVerified: true });
    return account !== null;
  }

  override async resetPassword(
    hash: string,
    passwordHash: string,
    now: Date,
  ): Promise<{ userId: string; ended: string[] } | null> {
    const account = this.presented('reset', hash, now);
    if (!account) return null;
    this.tables.users.set(account.id, { ...account, passwordHash, emailVerified: true });
    for (const [key, token] of this.tables.mailTokens) {
      const isRetired = token.userId === account.id && token.kind === 'reset' && token.expiresAt > now;
      if (isRetired) this.tables.mailTokens.set(key, { ...token, expiresAt: now });
    }
    const open = [...this.tables.sessions.values()].filter(
      ({ userId, ended, expiresAt }) => userId === account.id && ended === null && expiresAt > now,
    );
    for (const session of open) {
      this.tables.sessions.set(session.id, { ...session, ended: 'password_changed', endedAt: now });
    }
    return { userId: account.id, ended: open.map(({ id }) => id) };
  }

  override async forget(expiredBefore: Date): Promise<void> {
    for (const [hash, { expiresAt }] of this.tables.mailTokens) {
      if (expiresAt < expiredBefore) this.tables.mailTokens.delete(hash);
    }
  }

  private account(userId: string): Account | null {
    const user = this.tables.users.get(userId);
    if (!user || user.deleted || user.email === null || user.passwordHash === null) return null;
    return { ...user, email: user.email, passwordHash: user.passwordHash };
  }

  private presented(kind: EmailTokenKind, hash: string, now: Date): Account | null {
    const token = this.tables.mailTokens.get(hash);
    if (token?.kind !== kind || token.expiresAt <= now) return null;
    const account = this.account(token.userId);
    return account && tokenBinding(kind, account) === token.binding ? account : null;
  }
}
