import type { User } from '@gochat/client';
import { useState } from 'react';

export interface UserSelection {
  readonly users: readonly User[];
  readonly ids: ReadonlySet<string>;
  /** Adds a user to the selection, or removes them. */
  readonly toggle: (user: User) => void;
}

/** A selection of users, in the order in which they were added. */
export function useUserSelection(): UserSelection {
  const [users, setUsers] = useState<readonly User[]>([]);
  const ids = new Set(users.map(({ id }) => id));
  return {
    users,
    ids,
    toggle: (user) => setUsers(ids.has(user.id) ? users.filter(({ id }) => id !== user.id) : [...users, user]),
  };
}
