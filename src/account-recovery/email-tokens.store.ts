import type { EmailTokenKind } from './email-token.js';

/** A token as it is stored. */
export interface NewEmailToken {
  /** SHA-256 of the token, which is not stored. */
  readonly hash: string;
  readonly kind: EmailTokenKind;
  readonly userId: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/**
 * Tokens of links sent by e-mail. A token is valid until it expires, while the account keeps the address and, for a reset,
 * the password that it was issued for. Each write is one transaction under a lock on the account.
 */
export abstract class EmailTokenStore {
  /**
   * Adds a token for the account's current address.
   * @param limit at most `max` tokens of a kind per account since `since`
   * @returns the address; null when there is none, it is verified already, or the limit is reached
   */
  abstract add(token: NewEmailToken, limit: { readonly max: number; readonly since: Date }): Promise<string | null>;

  /** Whether the token is valid. */
  abstract isGood(kind: EmailTokenKind, hash: string, now: Date): Promise<boolean>;

  /** Marks the address that the token was sent to as verified. Repeatable. @returns whether the token was valid */
  abstract verifyEmail(hash: string, now: Date): Promise<boolean>;

  /**
   * Sets the password, ends every session, and expires the account's reset tokens. Marks the address as verified: the user
   * has read its mailbox.
   * @returns the user and the sessions that it ended; null when the token was not valid
   */
  abstract resetPassword(
    hash: string,
    passwordHash: string,
    now: Date,
  ): Promise<{ readonly userId: string; readonly ended: readonly string[] } | null>;

  /** Deletes at most 500 of the tokens that expired before this time. */
  abstract forget(expiredBefore: Date): Promise<void>;
}
