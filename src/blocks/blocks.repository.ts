import { Injectable } from '@nestjs/common';
import { In, IsNull } from 'typeorm';

import { Database } from '../infrastructure/database/database.js';
import { isDuplicate } from '../infrastructure/database/driver-errors.js';
import { UserEntity, userOf } from '../users/user.entity.js';
import type { User } from '../users/user.js';
import { BlockEntity } from './block.entity.js';
import { blockedAmong } from './blocks.queries.js';
import { BlockStore } from './blocks.store.js';

@Injectable()
export class BlocksRepository extends BlockStore {
  constructor(private readonly database: Database) {
    super();
  }

  override async add(userId: string, blockedId: string, now: Date): Promise<boolean> {
    try {
      return await this.database.write(async (tx) => {
        // One statement locks both users, so that two users who block each other cannot deadlock.
        const users = await tx.repository(UserEntity).find({
          select: { id: true },
          where: { id: In([userId, blockedId]), deletedAt: IsNull() },
          ...tx.writeLock,
        });
        if (users.length < 2) return false;
        const blocks = tx.repository(BlockEntity).createQueryBuilder();
        tx.queue(blocks.insert().values({ userId, blockedId, createdAt: now }));
        return true;
      });
    } catch (error) {
      if (isDuplicate(error)) return true;
      throw error;
    }
  }

  override async remove(userId: string, blockedId: string): Promise<void> {
    await this.database.write((tx) => tx.repository(BlockEntity).delete({ userId, blockedId }));
  }

  override async list(userId: string, after: string, limit: number): Promise<User[]> {
    const entities = await this.database
      .repository(UserEntity)
      .createQueryBuilder('user')
      .innerJoin(BlockEntity, 'block', 'block.blockedId = user.id')
      .where('block.userId = :userId AND block.blockedId > :after', { userId, after })
      .orderBy('block.blockedId')
      .limit(limit)
      .getMany();
    return entities.map(userOf);
  }

  override among(userId: string, userIds: readonly string[]): Promise<string[]> {
    return blockedAmong(this.database, userId, userIds);
  }
}
