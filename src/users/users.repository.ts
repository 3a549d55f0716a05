import { Injectable } from '@nestjs/common';
import { And, In, IsNull, LessThan, MoreThan, MoreThanOrEqual } from 'typeorm';

import { DomainError } from '../common/domain-error.js';
import { fold } from '../common/text.js';
import { Database, prefixRange } from '../infrastructure/database/database.js';
import { isDuplicate } from '../infrastructure/database/driver-errors.js';
import { UserEntity, userOf } from './user.entity.js';
import type { ProfileChange, User } from './user.js';
import { type NewUser, UserStore } from './users.store.js';

@Injectable()
export class UsersRepository extends UserStore {
  constructor(private readonly database: Database) {
    super();
  }

  override async add(user: NewUser): Promise<User> {
    const displayNameFolded = fold(user.displayName);
    try {
      await this.database.write((tx) =>
        tx.queue(
          tx
            .repository(UserEntity)
            .createQueryBuilder()
            .insert()
            .values({ ...user, displayNameFolded }),
        ),
      );
    } catch (error) {
      if (isDuplicate(error)) throw await this.taken(user, error);
      throw error;
    }
    return {
      id: user.id,
      username: user.username,
      email: user.email,
      emailVerified: false,
      displayName: user.displayName,
      avatarUrl: null,
      about: null,
      stateRev: 0,
      createdAt: user.createdAt.toISOString(),
      deleted: false,
    };
  }

  override async byId(id: string): Promise<User | null> {
    const entity = await this.database.repository(UserEntity).findOneBy({ id });
    return entity && userOf(entity);
  }

  override async byIds(ids: readonly string[]): Promise<User[]> {
    if (ids.length === 0) return [];
    return (await this.database.repository(UserEntity).findBy({ id: In(ids) })).map(userOf);
  }

  override async credentials(login: string): Promise<{ user: User; passwordHash: string } | null> {
    const entity = await this.database
      .repository(UserEntity)
      .createQueryBuilder('user')
      .addSelect('user.passwordHash')
      .where({ [login.includes('@') ? 'email' : 'username']: login, deletedAt: IsNull() })
      .getOne();
    return entity?.passwordHash == null ? null : { user: userOf(entity), passwordHash: entity.passwordHash };
  }

  override async passwordHash(id: string): Promise<string | null> {
    const entity = await this.database
      .repository(UserEntity)
      .findOne({ select: { id: true, passwordHash: true }, where: { id, deletedAt: IsNull() } });
    return entity?.passwordHash ?? null;
  }

  override async setEmail(
    id: string,
    email: string,
    passwordHash: string,
  ): Promise<{ before: User; after: User } | null> {
    try {
      return await this.database.write(async (tx) => {
        const users = tx.repository(UserEntity);
        const entity = await users.findOne({ where: { id, passwordHash }, ...tx.writeLock });
        if (!entity) return null;
        const before = userOf(entity);
        if (before.email === email) return { before, after: before };
        await users.update({ id }, { email, emailVerifiedAt: null });
        return { before, after: { ...before, email, emailVerified: false } };
      });
    } catch (error) {
      throw isDuplicate(error) ? emailTaken() : error;
    }
  }

  override async update(id: string, { displayName, avatarUrl, about }: ProfileChange): Promise<User | null> {
    const columns = {
      ...(displayName !== undefined && { displayName, displayNameFolded: fold(displayName) }),
      ...(avatarUrl !== undefined && { avatarUrl }),
      ...(about !== undefined && { about }),
    };
    if (Object.keys(columns).length > 0) {
      await this.database.write((tx) => tx.repository(UserEntity).update({ id, deletedAt: IsNull() }, columns));
    }
    const user = await this.byId(id);
    return user?.deleted ? null : user;
  }

  /** One query for each of the two names, so that each reads one range of one index. */
  override async search(prefix: string, after: string, limit: number): Promise<User[]> {
    const [from, to] = prefixRange(prefix);
    const inRange = [MoreThanOrEqual(from), LessThan(to)];
    const users = this.database.repository(UserEntity);
    const page = { order: { username: 'ASC' }, take: limit } as const;
    const [byUsername, byDisplayName] = await Promise.all([
      users.find({ where: { username: And(...inRange, MoreThan(after)) }, ...page }),
      users.find({ where: { displayNameFolded: And(...inRange), username: MoreThan(after) }, ...page }),
    ]);
    const found = new Map([...byUsername, ...byDisplayName].map((entity) => [entity.username ?? '', entity]));
    return [...found.keys()]
      .sort()
      .slice(0, limit)
      .flatMap((username) => found.get(username) ?? [])
      .map(userOf);
  }

  private async taken(user: NewUser, error: unknown): Promise<unknown> {
    if (await this.credentials(user.username)) return new DomainError('username_taken', 'That username is taken.');
    if (user.email !== null && (await this.credentials(user.email))) {
      return emailTaken();
    }
    return error;
  }
}

const emailTaken = (): DomainError => new DomainError('email_taken', 'That e-mail address is taken.');
