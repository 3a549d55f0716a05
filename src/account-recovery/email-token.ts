import { createHash, randomBytes } from 'node:crypto';

import { type DomainError, invalidField } from '../common/domain-error.js';

/** The purpose of an e-mailed link: to verify the address, or to set a new password. */
export type EmailTokenKind = 'verify' | 'reset';

/** Lifetime of a link, in ms. It is short (OWASP Forgot Password Cheat Sheet). */
export const TOKEN_TTL_MS: Readonly<Record<EmailTokenKind, number>> = { verify: 24 * 3_600_000, reset: 3_600_000 };

/** Links of one kind that an account receives within {@link TOKEN_WINDOW_MS}. The rate `letter` limits each address. */
export const TOKENS_PER_WINDOW = 3;
export const TOKEN_WINDOW_MS = 3_600_000;

const TOKEN_BYTES = 32;

/** A new token: 256 random bits as 43 characters that need no escaping in a URL. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** The stored hash of a token. A fast hash suffices: 256 random bits cannot be guessed. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('base64url');

/**
 * Binds a token to the address that it was sent to and, for a reset, to the current password. The token becomes invalid
 * once the account has another address or, for a reset, another password.
 */
export function tokenBinding(
  kind: EmailTokenKind,
  { email, passwordHash }: { readonly email: string; readonly passwordHash: string },
): string {
  return tokenHash(JSON.stringify(kind === 'verify' ? [email] : [email, passwordHash]));
}

/** The same error for an unknown, a used and an expired token, so that it does not reveal which. */
export const invalidTokenError = (): DomainError =>
  invalidField('token', 'invalidToken', 'is wrong, was used already, or has expired');
