import { createHash, randomBytes } from 'node:crypto';

import { type DomainError, invalidField } from '../common/domain-error.js';

/** What a link that is sent by mail does: it verifies the address, or sets a new password. */
export type EmailTokenKind = 'verify' | 'reset';

/** How long a link works, in ms (OWASP Forgot Password Cheat Sheet: no longer than its purpose needs). */
export const TOKEN_TTL_MS: Readonly<Record<EmailTokenKind, number>> = { verify: 24 * 3_600_000, reset: 3_600_000 };

/** Links of a kind that an account is sent within {@link TOKEN_WINDOW_MS}. The rate `letter` counts by address. */
export const TOKENS_PER_WINDOW = 3;
export const TOKEN_WINDOW_MS = 3_600_000;

const TOKEN_BYTES = 32;

/** A new token of 256 random bits, in 43 characters that a URL takes as they are. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** What is kept of a token. A fast hash does, as nobody guesses 256 bits. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * What a token is good for: the address that it was sent to and, to set a password, the one that was forgotten. Once the
 * account has another address or another password, a token of before does not fit any more.
 */
export function tokenBinding(
  kind: EmailTokenKind,
  { email, passwordHash }: { readonly email: string; readonly passwordHash: string },
): string {
  return tokenHash(JSON.stringify(kind === 'verify' ? [email] : [email, passwordHash]));
}

/** One answer for a token that never was, one that is used and one that has expired: nobody learns which. */
export const invalidTokenError = (): DomainError =>
  invalidField('token', 'invalidToken', 'is wrong, was used already, or has expired');
