import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { DomainError, invalidField } from '../common/domain-error.js';
import type { PageQuery } from '../common/pagination.dto.js';
import { decodeCursor, PAGE, pageOf } from '../common/pagination.js';
import { Events } from '../domain-events.js';
import { type UserPageView, userView } from '../users/users.dto.js';
import { BlockStore } from './blocks.store.js';

/** Blocks and unblocks users, and lists the blocked ones. */
@Injectable()
export class BlocksService {
  constructor(
    private readonly blocks: BlockStore,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {}

  /** Blocking twice changes nothing. @throws DomainError `not_found`, `validation_failed` for oneself */
  async block(actor: Actor, userId: string): Promise<void> {
    if (userId === actor.userId) throw invalidField('userId', 'self', 'must be another user');
    if (!(await this.blocks.add(actor.userId, userId, this.clock.now()))) {
      throw new DomainError('not_found', 'There is no such user.');
    }
    this.events.publish('block.changed', { userId: actor.userId, blockedId: userId });
  }

  /** Unblocking a user who is not blocked changes nothing. */
  async unblock(actor: Actor, userId: string): Promise<void> {
    await this.blocks.remove(actor.userId, userId);
    this.events.publish('block.changed', { userId: actor.userId, blockedId: userId });
  }

  /** The users that the actor has blocked. */
  async list(actor: Actor, { limit = PAGE.default, cursor }: PageQuery): Promise<UserPageView> {
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['id']);
    const found = await this.blocks.list(actor.userId, after, limit + 1);
    return pageOf(found.map(userView), limit, ({ id }) => [id]);
  }
}
