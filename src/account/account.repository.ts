import { Injectable } from '@nestjs/common';

import { type AfterCommit, DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { Database } from '../infrastructure/database/database.js';
import { UserEntity } from '../users/user.entity.js';

/** Erases and exports an account through the owners of all tables. */
@Injectable()
export class AccountRepository {
  constructor(
    private readonly database: Database,
    private readonly owners: DataOwners,
  ) {}

  /**
   * Erases a user's personal data from every table, in one transaction. The user's id stays, for messages to refer to.
   * Erasing again changes nothing more.
   * @returns publishes the events of the erasure, such as `session.ended`
   */
  erase(userId: string, now: Date): Promise<AfterCommit> {
    return this.database.write(async (tx) => {
      // The lock on the user's row comes first: log-ins, new members and blocks wait for it.
      await tx.repository(UserEntity).findOne({ select: { id: true }, where: { id: userId }, ...tx.writeLock });
      return this.owners.eraseUser(tx, userId, now);
    });
  }

  /** When the user's last connection ended; null while that is unknown. */
  async lastSeenAt(userId: string): Promise<string | null> {
    const user = await this.database.repository(UserEntity).findOneBy({ id: userId });
    return user?.lastSeenAt?.toISOString() ?? null;
  }

  /** See {@link DataOwners.exportUser}. */
  sections(userId: string): Map<string, AsyncIterable<object>> {
    return this.owners.exportUser(userId);
  }
}
