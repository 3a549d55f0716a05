import { Injectable } from '@nestjs/common';

import { DataOwners } from '../infrastructure/data-owners/data-owners.js';
import { Database } from '../infrastructure/database/database.js';

/** The most messages that one transaction deletes, which keeps other writes from waiting. */
const STEP_MESSAGES = 500;

/** Deletes the messages of deleted conversations, and all that belongs to them, in steps. */
@Injectable()
export class ConversationPurgeRepository {
  constructor(
    private readonly database: Database,
    private readonly owners: DataOwners,
  ) {}

  /** A deleted conversation that is not purged yet. */
  async next(): Promise<string | null> {
    const [row] = await this.database.rows<{ conversation_id: string }>(
      'SELECT conversation_id FROM purges WHERE done = 0 LIMIT 1',
    );
    return row?.conversation_id ?? null;
  }

  /** Deletes up to 500 messages with the rows that belong to them; the id stays taken. @returns whether more remain */
  step(conversationId: string): Promise<boolean> {
    return this.database.write(async (tx) => {
      const [rest] = await tx.rows<{ seq: number }>(
        `SELECT seq FROM messages WHERE conversation_id = ? ORDER BY seq LIMIT 1 OFFSET ${STEP_MESSAGES}`,
        [conversationId],
      );
      await this.owners.purge(tx, conversationId, rest?.seq ?? null);
      if (!rest) tx.runLater('UPDATE purges SET done = 1 WHERE conversation_id = ?', [conversationId]);
      return rest !== undefined;
    });
  }
}
