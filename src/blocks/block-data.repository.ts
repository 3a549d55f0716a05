import { Injectable } from '@nestjs/common';

import type { DataOwner } from '../infrastructure/database/data-owners.js';
import { Database, isoTime } from '../infrastructure/database/database.js';
import { keysetPages } from '../infrastructure/database/keyset-pages.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import type { ExportedBlockView } from './block-export.dto.js';

/** Owns the table of blocks: erases and exports them with their account. */
@Injectable()
export class BlockData implements DataOwner {
  readonly tables = ['blocks'];

  constructor(private readonly database: Database) {}

  /** Deletes the blocks that the user made and those that others made of the user. */
  async eraseUser(tx: Transaction, userId: string): Promise<void> {
    await tx.run('DELETE FROM blocks WHERE user_id = ?', [userId]);
    await tx.run('DELETE FROM blocks WHERE blocked_id = ?', [userId]);
  }

  /** Exports the blocks that the user made; those that others made are theirs. */
  exportUser(userId: string): { blocks: AsyncIterable<ExportedBlockView> } {
    return { blocks: this.blocks(userId) };
  }

  private async *blocks(userId: string): AsyncGenerator<ExportedBlockView> {
    const page = (after: string, limit: number) =>
      this.database.rows(
        `SELECT * FROM blocks WHERE user_id = ? AND blocked_id > ? ORDER BY blocked_id LIMIT ${limit}`,
        [userId, after],
      );
    for await (const row of keysetPages(page, (each) => String(each['blocked_id']))) {
      yield { userId: String(row['blocked_id']), blockedAt: isoTime(row['created_at']) };
    }
  }
}
