import { Injectable } from '@nestjs/common';

import { Database } from '../infrastructure/database/database.js';
import type { Transaction } from '../infrastructure/database/transaction.js';

/** Messages that go with one transaction: nobody waits for it for long. */
const STEP_MESSAGES = 500;

/** Takes away, bit by bit, what conversations leave behind that were deleted. */
@Injectable()
export class ConversationPurgeRepository {
  constructor(private readonly database: Database) {}

  /** A conversation that left something behind. */
  async next(): Promise<string | null> {
    const [row] = await this.database.rows('SELECT conversation_id FROM purges WHERE done = 0 LIMIT 1');
    return row ? String(row['conversation_id']) : null;
  }

  /** Takes some of it away, and in the end all but the id. @returns whether there is more */
  step(conversationId: string): Promise<boolean> {
    return this.database.write(async (tx) => {
      const [rest] = await tx.rows(
        `SELECT seq FROM messages WHERE conversation_id = ? ORDER BY seq LIMIT 1 OFFSET ${STEP_MESSAGES}`,
        [conversationId],
      );
      await erase(tx, conversationId, rest ? Number(rest['seq']) : null);
      if (!rest) await tx.run('UPDATE purges SET done = 1 WHERE conversation_id = ?', [conversationId]);
      return rest !== undefined;
    });
  }
}

async function erase(tx: Transaction, conversationId: string, before: number | null): Promise<void> {
  for (const table of ['messages', 'reactions', 'search_entries']) {
    await tx.run(
      `DELETE FROM ${table} WHERE conversation_id = ? ${before === null ? '' : 'AND seq < ?'}`,
      before === null ? [conversationId] : [conversationId, before],
    );
  }
}
