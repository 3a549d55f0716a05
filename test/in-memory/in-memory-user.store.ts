import { DomainError } from '../../src/common/domain-error.js';
import { fold } from '../../src/common/text.js';
import type { ProfileChange, User } from '../../src/users/user.js';
import { type NewUser, UserStore } from '../../src/users/users.store.js';
import { byCodePoint, type InMemoryTables, type UserRow } from './in-memory-tables.js';

export class InMemoryUserStore extends UserStore {
  constructor(private readonly tables: InMemoryTables) {
    super();
  }

  override async add(user: NewUser): Promise<User> {
    const others = [...this.tables.users.values()];
    if (others.some(({ username }) => username === user.username)) {
      throw new DomainError('username_taken', 'That username is taken.');
    }
    if (user.email !== null && others.some(({ email }) => email === user.email)) {
      throw new DomainError('email_taken', 'That e-mail address is taken.');
    }
    const added: UserRow = {
      ...user,
      emailVerified: false,
      avatarUrl: null,
      about: null,
      stateRev: 0,
      createdAt: user.createdAt.toISOString(),
      deleted: false,
    };
    this.tables.users.set(user.id, added);
    return userOf(added);
  }

  override async byId(id: string): Promise<User | null> {
    const found = this.tables.users.get(id);
    return found ? userOf(found) : null;
  }

  override async byIds(ids: readonly string[]): Promise<User[]> {
    return [...this.tables.users.values()].filter(({ id }) => ids.includes(id)).map(userOf);
  }

  override async credentials(login: string): Promise<{ user: User; passwordHash: string } | null> {
    const found = [...this.tables.users.values()].find(
      ({ username, email }) => (login.includes('@') ? email : username) === login,
    );
    return found && found.passwordHash !== null ? { user: userOf(found), passwordHash: found.passwordHash } : null;
  }

  override async passwordHash(id: string): Promise<string | null> {
    return this.tables.users.get(id)?.passwordHash ?? null;
  }

  override async setEmail(
    id: string,
    email: string,
    passwordHash: string,
  ): Promise<{ before: User; after: User } | null> {
    const before = this.tables.users.get(id);
    if (before?.passwordHash !== passwordHash) return null;
    const after = before.email === email ? before : { ...before, email, emailVerified: false };
    if ([...this.tables.users.values()].some((other) => other.id !== id && other.email === email)) {
      throw new DomainError('email_taken', 'That e-mail address is taken.');
    }
    this.tables.users.set(id, after);
    return { before: userOf(before), after: userOf(after) };
  }

  override async update(id: string, change: ProfileChange): Promise<User | null> {
    const found = this.tables.users.get(id);
    if (!found || found.deleted) return null;
    const changed = { ...found, ...change };
    this.tables.users.set(id, changed);
    return userOf(changed);
  }

  override async search(prefix: string, after: string, limit: number): Promise<User[]> {
    return [...this.tables.users.values()]
      .filter(({ username, displayName }) =>
        [username, fold(displayName ?? '')].some((name) => name?.startsWith(prefix)),
      )
      .filter(({ username }) => username !== null && byCodePoint(username, after) > 0)
      .sort((a, b) => byCodePoint(a.username ?? '', b.username ?? ''))
      .slice(0, limit)
      .map(userOf);
  }
}

export function userOf({ passwordHash: _, ...user }: UserRow): User {
  return user;
}
