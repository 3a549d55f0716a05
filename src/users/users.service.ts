import { Injectable } from '@nestjs/common';

import type { Actor } from '../common/actor.js';
import { DomainError } from '../common/domain-error.js';
import type { SearchQuery } from '../common/pagination.dto.js';
import { decodeCursor, PAGE, pageOf } from '../common/pagination.js';
import { fold } from '../common/text.js';
import { cleanProfileChange } from './user.js';
import {
  type OwnUserView,
  ownUserView,
  type UpdateProfile,
  type UserPageView,
  type UserView,
  userView,
} from './users.dto.js';
import { UserStore } from './users.store.js';

/** Reads, changes and finds profiles. */
@Injectable()
export class UsersService {
  constructor(private readonly users: UserStore) {}

  async me(actor: Actor): Promise<OwnUserView> {
    const user = await this.users.byId(actor.userId);
    if (!user) throw noSuchUser();
    return ownUserView(user);
  }

  /** Changes the given fields of the actor's profile. @throws DomainError `validation_failed` */
  async updateMe(actor: Actor, command: UpdateProfile): Promise<OwnUserView> {
    const user = await this.users.update(actor.userId, cleanProfileChange(command));
    if (!user) throw noSuchUser();
    return ownUserView(user);
  }

  /** The profile of a user; that of a deleted account holds no personal data. @throws DomainError `not_found` */
  async get(id: string): Promise<UserView> {
    const user = await this.users.byId(id);
    if (!user) throw noSuchUser();
    return userView(user);
  }

  /** Finds users by a prefix of their username or display name. An empty prefix finds no users. */
  async search({ q = '', limit = PAGE.default, cursor }: SearchQuery): Promise<UserPageView> {
    const prefix = fold(q.trim());
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, ['text']);
    if (prefix === '') return { items: [], nextCursor: null };
    const found = await this.users.search(prefix, after, limit + 1);
    return pageOf(found.map(userView), limit, (user) => [user.username ?? '']);
  }
}

function noSuchUser(): DomainError {
  return new DomainError('not_found', 'There is no such user.');
}
