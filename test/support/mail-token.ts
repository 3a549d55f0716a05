import { tokenHash, TOKEN_TTL_MS, type EmailTokenKind, newToken } from '../../src/account-recovery/email-token.js';
import { EmailTokenStore } from '../../src/account-recovery/email-tokens.store.js';
import { Clock } from '../../src/common/clock.js';
import { UserStore } from '../../src/users/users.store.js';
import type { Account } from '../clients/account.js';
import type { TestServer } from '../harness/server.js';

/** Gives the account an e-mail address and creates a token for it. @returns the token that a mail would contain */
export async function emailToken(server: TestServer, account: Account, kind: EmailTokenKind): Promise<string> {
  const { app } = server.running;
  const users = app.get(UserStore, { strict: false });
  await users.setEmail(account.id, `${account.username}@mail.example`, String(await users.passwordHash(account.id)));
  const token = newToken();
  const createdAt = app.get(Clock, { strict: false }).now();
  const expiresAt = new Date(createdAt.getTime() + TOKEN_TTL_MS[kind]);
  const row = { hash: tokenHash(token), kind, userId: account.id, createdAt, expiresAt };
  await app.get(EmailTokenStore, { strict: false }).add(row, { max: 100, since: createdAt });
  return token;
}
