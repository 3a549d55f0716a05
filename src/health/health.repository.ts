import { Injectable } from '@nestjs/common';

import { Database } from '../infrastructure/database/database.js';
import { MetaEntity } from '../infrastructure/database/meta.entity.js';

@Injectable()
export class HealthRepository {
  constructor(private readonly database: Database) {}

  /** Reads one row. @throws DomainError `unavailable` when the database does not answer */
  async ping(): Promise<void> {
    await this.database.repository(MetaEntity).findOneBy({ name: 'epoch' });
  }
}
