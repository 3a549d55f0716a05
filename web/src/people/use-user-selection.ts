import type { User } from '@gochat/client';
import { useState } from 'react';

export interface Chosen {
  readonly people: readonly User[];
  readonly ids: ReadonlySet<string>;
  /** Picks somebody, or lets them go. */
  readonly toggle: (user: User) => void;
}

/** People who are picked one by one. */
export function useChosen(): Chosen {
  const [people, setPeople] = useState<readonly User[]>([]);
  const ids = new Set(people.map(({ id }) => id));
  return {
    people,
    ids,
    toggle: (user) => setPeople(ids.has(user.id) ? people.filter(({ id }) => id !== user.id) : [...people, user]),
  };
}
