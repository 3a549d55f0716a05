import { Injectable } from '@nestjs/common';

import type { DataOwner } from '../infrastructure/data-owners/data-owners.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { UserEntity } from './user.entity.js';

/** Owns the table of users: erases the profile and the credentials of a deleted account. */
@Injectable()
export class UserData implements DataOwner {
  readonly tables = ['users'];

  /** Keeps the id, which messages refer to, the state revision, and the times of registration and deletion. */
  async eraseUser(tx: Transaction, userId: string, now: Date): Promise<void> {
    const erased = {
      username: null,
      email: null,
      emailVerifiedAt: null,
      displayName: null,
      displayNameFolded: null,
      avatarUrl: null,
      about: null,
      passwordHash: null,
      lastSeenAt: null,
      deletedAt: now,
    };
    await tx.repository(UserEntity).update({ id: userId }, erased);
  }
}
