import type { Person } from '@gochat/client';
import { useMemo, useSyncExternalStore } from 'react';

import { useClient } from './client-context.js';

/**
 * A name of each user, in the order of `ids`. The component renders again when a name is loaded or changes.
 * @param nameOf reads the name; must be the same function in every render
 */
export function useUserNames(ids: readonly string[], nameOf: (person: Person | null) => string): readonly string[] {
  const client = useClient();
  const source = useMemo(() => {
    const people = ids.map((id) => client.person(id));
    return {
      subscribe: (listener: () => void): (() => void) => {
        const unsubscribes = people.map((person) => person.subscribe(listener));
        return () => unsubscribes.forEach((unsubscribe) => unsubscribe());
      },
      // A string, so that equal snapshots are identical for `useSyncExternalStore`.
      getSnapshot: (): string => people.map((person) => nameOf(person.getSnapshot())).join('\n'),
    };
  }, [client, ids, nameOf]);
  const joined = useSyncExternalStore(source.subscribe, source.getSnapshot);
  return useMemo(() => joined.split('\n'), [joined]);
}
