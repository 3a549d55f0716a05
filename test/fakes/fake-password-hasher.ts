import { createHash } from 'node:crypto';

import { PasswordHasher } from '../../src/auth/password-hasher.adapter.js';

/** Cheap hashes, for tests that are not about passwords. */
export class FakePasswordHasher extends PasswordHasher {
  override async hash(password: string): Promise<string> {
    return hashOf(password);
  }

  override async matches(password: string, passwordHash: string | null): Promise<boolean> {
    return passwordHash === hashOf(password);
  }
}

/** Fits the column for any password. */
const hashOf = (password: string): string => createHash('sha256').update(password).digest('hex');
