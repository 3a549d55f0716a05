import { Injectable } from '@nestjs/common';

import type { DataOwner } from '../infrastructure/database/data-owners.js';
import type { Transaction } from '../infrastructure/database/transaction.js';

/** Owns the table of users: erases the profile and the credentials of a deleted account. */
@Injectable()
export class UserData implements DataOwner {
  readonly tables = ['users'];

  /** Keeps the id, which messages refer to, the time of registration and the time of deletion. */
  async eraseUser(tx: Transaction, userId: string, now: Date): Promise<void> {
    await tx.run(
      `UPDATE users SET username = NULL, email = NULL, email_verified_at = NULL, display_name = NULL,
         display_name_folded = NULL, avatar_url = NULL, about = NULL, password_hash = NULL, last_seen_at = NULL,
         deleted_at = ?
       WHERE id = ?`,
      [now, userId],
    );
  }
}
