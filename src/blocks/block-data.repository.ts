import { Injectable } from '@nestjs/common';
import { MoreThan } from 'typeorm';

import type { DataOwner } from '../infrastructure/data-owners/data-owners.js';
import { keysetPages } from '../infrastructure/data-owners/keyset-pages.js';
import { Database } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import type { ExportedBlockView } from './block-export.dto.js';
import { BlockEntity } from './block.entity.js';

/** Owns the table of blocks: erases and exports them with their account. */
@Injectable()
export class BlockData implements DataOwner {
  readonly tables = ['blocks'];

  constructor(private readonly database: Database) {}

  /** Deletes the blocks that the user made and those that others made of the user. */
  async eraseUser(tx: Transaction, userId: string): Promise<void> {
    const blocks = tx.repository(BlockEntity);
    await blocks.delete({ userId });
    await blocks.delete({ blockedId: userId });
  }

  /** Exports the blocks that the user made; those that others made are theirs. */
  exportUser(userId: string): { blocks: AsyncIterable<ExportedBlockView> } {
    return { blocks: this.blocks(userId) };
  }

  private async *blocks(userId: string): AsyncGenerator<ExportedBlockView> {
    const page = (after: string, take: number) =>
      this.database
        .repository(BlockEntity)
        .find({ where: { userId, blockedId: MoreThan(after) }, order: { blockedId: 'ASC' }, take });
    for await (const { blockedId, createdAt } of keysetPages(page, (block) => block.blockedId)) {
      yield { userId: blockedId, blockedAt: createdAt.toISOString() };
    }
  }
}
