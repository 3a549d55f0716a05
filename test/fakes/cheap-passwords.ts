import { Passwords } from '../../src/auth/passwords.adapter.js';

/** Hashes that cost nothing, for tests that are not about them. */
export class CheapPasswords extends Passwords {
  override async hash(password: string): Promise<string> {
    return `hash of ${password}`;
  }

  override async matches(password: string, passwordHash: string | null): Promise<boolean> {
    return passwordHash === `hash of ${password}`;
  }
}
