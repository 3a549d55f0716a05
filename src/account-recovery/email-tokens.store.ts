import type { EmailTokenKind } from './email-token.js';

/** A token as it is kept. */
export interface NewEmailToken {
  /** Of the token, which is not kept. */
  readonly hash: string;
  readonly kind: EmailTokenKind;
  readonly userId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/**
 * Tokens that were sent by mail. One is good until it expires, for the account, the address and, if it is to set a password,
 * the password that it was made for. Each method is one transaction, alone with the account.
 */
export abstract class EmailTokenStore {
  /**
   * Keeps a token, made for the address that the account has now.
   * @param limit at most `max` of a kind are kept for an account from `since` on
   * @returns where to send it; null when the account has no address, that is verified already, or there are too many
   */
  abstract add(token: NewEmailToken, limit: { readonly max: number; readonly since: Date }): Promise<string | null>;

  /** Whether that token would be taken. */
  abstract isGood(kind: EmailTokenKind, hash: string, now: Date): Promise<boolean>;

  /** Marks the address as verified that the token was sent to, also again. @returns whether the token was good */
  abstract verifyEmail(hash: string, now: Date): Promise<boolean>;

  /**
   * Sets the password, ends every session, and retires the account's tokens that set one. Who reads a mailbox owns it, so
   * the address is verified.
   * @returns whose it is, and the sessions that were alive; null when the token was not good
   */
  abstract resetPassword(
    hash: string,
    passwordHash: string,
    now: Date,
  ): Promise<{ readonly userId: string; readonly ended: readonly string[] } | null>;

  /** Forgets some of the tokens that expired before that. */
  abstract forget(expiredBefore: Date): Promise<void>;
}
