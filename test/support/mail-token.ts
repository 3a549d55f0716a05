import { Clock } from '../../src/common/clock.js';
import { hashOf, LIFE_MS, type MailTokenKind, newToken } from '../../src/account-recovery/email-token.js';
import { MailTokenStore } from '../../src/account-recovery/email-tokens.store.js';
import { UserStore } from '../../src/users/users.store.js';
import type { Account } from '../clients/account.js';
import type { TestServer } from '../harness/server.js';

/** What a mail to somebody would have brought, who gets an address for it. @returns the token */
export async function mailToken(server: TestServer, account: Account, kind: MailTokenKind): Promise<string> {
  const { app } = server.running;
  const users = app.get(UserStore, { strict: false });
  await users.setEmail(account.id, `${account.username}@mail.example`, String(await users.passwordHash(account.id)));
  const token = newToken();
  const createdAt = app.get(Clock, { strict: false }).now();
  const expiresAt = new Date(createdAt.getTime() + LIFE_MS[kind]);
  const row = { hash: hashOf(token), kind, userId: account.id, createdAt, expiresAt };
  await app.get(MailTokenStore, { strict: false }).add(row, { max: 100, since: createdAt });
  return token;
}
