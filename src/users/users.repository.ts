import { Injectable } from '@nestjs/common';

import { DomainError } from '../common/domain-error.js';
import { fold } from '../common/text.js';
import { Database, isoTime, placeholders, prefixRange } from '../infrastructure/database/database.js';
import { isDuplicate } from '../infrastructure/database/driver-errors.js';
import type { Parameter, Row } from '../infrastructure/database/transaction.js';
import type { ProfileChange, User } from './user.js';
import { type NewUser, UserStore } from './users.store.js';

/** Selects users for {@link userOf}. */
export const USER_COLUMNS =
  'id, username, email, email_verified_at, display_name, avatar_url, about, state_rev, created_at, deleted_at';

@Injectable()
export class UsersRepository extends UserStore {
  constructor(private readonly database: Database) {
    super();
  }

  override async add(user: NewUser): Promise<User> {
    try {
      await this.database.write((tx) =>
        tx.insert('users', [
          {
            id: user.id,
            username: user.username,
            email: user.email,
            display_name: user.displayName,
            display_name_folded: fold(user.displayName),
            password_hash: user.passwordHash,
            created_at: user.createdAt,
          },
        ]),
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
    const [user] = await this.byIds([id]);
    return user ?? null;
  }

  override async byIds(ids: readonly string[]): Promise<User[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.rows(
      `SELECT ${USER_COLUMNS} FROM users WHERE id IN (${placeholders(ids.length)})`,
      ids,
    );
    return rows.map(userOf);
  }

  override async credentials(login: string): Promise<{ user: User; passwordHash: string } | null> {
    const column = login.includes('@') ? 'email' : 'username';
    const [row] = await this.database.rows(
      `SELECT ${USER_COLUMNS}, password_hash FROM users WHERE ${column} = ? AND deleted_at IS NULL`,
      [login],
    );
    return row ? { user: userOf(row), passwordHash: String(row['password_hash']) } : null;
  }

  override async passwordHash(id: string): Promise<string | null> {
    const [row] = await this.database.rows('SELECT password_hash FROM users WHERE id = ? AND deleted_at IS NULL', [id]);
    return row ? String(row['password_hash']) : null;
  }

  override async setEmail(
    id: string,
    email: string,
    passwordHash: string,
  ): Promise<{ before: User; after: User } | null> {
    try {
      return await this.database.write(async (tx) => {
        const [row] = await tx.rows(
          `SELECT ${USER_COLUMNS} FROM users WHERE id = ? AND password_hash = ?${tx.forUpdate}`,
          [id, passwordHash],
        );
        if (!row) return null;
        const before = userOf(row);
        if (before.email === email) return { before, after: before };
        await tx.run('UPDATE users SET email = ?, email_verified_at = NULL WHERE id = ?', [email, id]);
        return { before, after: { ...before, email, emailVerified: false } };
      });
    } catch (error) {
      throw isDuplicate(error) ? emailTaken() : error;
    }
  }

  override async update(id: string, change: ProfileChange): Promise<User | null> {
    const columns: [string, Parameter][] = [];
    if (change.displayName !== undefined) {
      columns.push(['display_name', change.displayName], ['display_name_folded', fold(change.displayName)]);
    }
    if (change.avatarUrl !== undefined) columns.push(['avatar_url', change.avatarUrl]);
    if (change.about !== undefined) columns.push(['about', change.about]);
    if (columns.length > 0) {
      const assignments = columns.map(([column]) => `${column} = ?`).join(', ');
      await this.database.write((tx) =>
        tx.run(`UPDATE users SET ${assignments} WHERE id = ? AND deleted_at IS NULL`, [
          ...columns.map(([, v]) => v),
          id,
        ]),
      );
    }
    const user = await this.byId(id);
    return user?.deleted ? null : user;
  }

  override async search(prefix: string, after: string, limit: number): Promise<User[]> {
    const range = prefixRange(prefix);
    const match = (column: string): string =>
      `SELECT * FROM (SELECT ${USER_COLUMNS} FROM users WHERE ${column} >= ? AND ${column} < ? AND username > ?
        ORDER BY username LIMIT ${limit}) AS by_${column}`;
    const rows = await this.database.rows(
      `${match('username')} UNION ${match('display_name_folded')} ORDER BY username LIMIT ${limit}`,
      [...range, after, ...range, after],
    );
    return rows.map(userOf);
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

/** The user of a row of {@link USER_COLUMNS}. */
export function userOf(row: Row): User {
  return {
    id: String(row['id']),
    username: row['username'] as string | null,
    email: row['email'] as string | null,
    emailVerified: row['email_verified_at'] !== null,
    displayName: row['display_name'] as string | null,
    avatarUrl: row['avatar_url'] as string | null,
    about: row['about'] as string | null,
    stateRev: Number(row['state_rev']),
    createdAt: isoTime(row['created_at']),
    deleted: row['deleted_at'] !== null,
  };
}
