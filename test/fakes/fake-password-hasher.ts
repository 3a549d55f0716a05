import { createHash } from 'node:crypto';

import { PasswordHasher } from '../../src/auth/password-hasher.adapter.js';

/** Hashes that cost nothing, for tests that are not about them. */
export class FakePasswordHasher extends PasswordHasher {
  override async hash(password: string): Promise<string> {
    return hashOf(password);
  }

  override async matches(password: string, passwordHash: string | null): Promise<boolean> {
    return passwordHash === hashOf(password);
  }
}

/** Of a length and letters that the column takes, whatever the password. */
const hashOf = (password: string): string => createHash('sha256').update(password).digest('hex');
