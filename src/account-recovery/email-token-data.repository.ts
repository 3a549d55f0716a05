import { Injectable } from '@nestjs/common';

import type { DataOwner } from '../infrastructure/data-owners/data-owners.js';
import type { Transaction } from '../infrastructure/database/transaction.js';
import { EmailTokenEntity } from './email-token.entity.js';

/** Owns the table of e-mail tokens: deletes those of a deleted account. They hold hashes only, so none is exported. */
@Injectable()
export class EmailTokenData implements DataOwner {
  readonly tables = ['mail_tokens'];

  async eraseUser(tx: Transaction, userId: string): Promise<void> {
    await tx.repository(EmailTokenEntity).delete({ userId });
  }
}
