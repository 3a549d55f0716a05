import type { User } from '@gochat/client';
import { useState } from 'react';

export interface UserSelection {
  readonly users: readonly User[];
  readonly ids: ReadonlySet<string>;
  /** Picks somebody, or lets them go. */
  readonly toggle: (user: User) => void;
}

/** People who are picked one by one. */
export function useUserSelection(): UserSelection {
  const [people, setPeople] = useState<readonly User[]>([]);
  const ids = new Set(people.map(({ id }) => id));
  return {
    users: people,
    ids,
    toggle: (user) => setPeople(ids.has(user.id) ? people.filter(({ id }) => id !== user.id) : [...people, user]),
  };
}
