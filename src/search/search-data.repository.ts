import { Injectable } from '@nestjs/common';

import type { DataOwner } from '../infrastructure/data-owners/data-owners.js';
import type { Transaction } from '../infrastructure/database/transaction.js';

/** Owns the search index: purges the entries of a conversation with its messages. A foreign key deletes the checkpoint. */
@Injectable()
export class SearchData implements DataOwner {
  readonly tables = ['search_heads', 'search_entries', 'search_words'];

  async purge(tx: Transaction, conversationId: string, beforeSeq: number | null): Promise<void> {
    await tx.run(
      `DELETE FROM search_entries WHERE conversation_id = ? ${beforeSeq === null ? '' : 'AND seq < ?'}`,
      beforeSeq === null ? [conversationId] : [conversationId, beforeSeq],
    );
  }
}
