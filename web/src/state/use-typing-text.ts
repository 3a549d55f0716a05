import { useMemo, useSyncExternalStore } from 'react';
import type { GoChatClient } from '@gochat/client';

import { useClient, useValue } from './client-context.js';
import { personName, typingText } from '../model/names.js';

/** Who types there now, in words; empty when nobody does. In a direct conversation no name is needed. */
export function useTypingText(conversationId: string, isDirect = false): string {
  const client = useClient();
  const ids = useValue(client.typing(conversationId));
  const names = usePersonNames(client, ids);
  if (ids.length === 0) return '';
  return isDirect ? 'typing…' : `${typingText(names)}…`;
}

/** What people are called, followed as it becomes known. */
function usePersonNames(client: GoChatClient, ids: readonly string[]): readonly string[] {
  const source = useMemo(() => {
    const people = ids.map((id) => client.person(id));
    return {
      subscribe: (listener: () => void): (() => void) => {
        const ends = people.map((person) => person.subscribe(listener));
        return () => ends.forEach((end) => end());
      },
      // A string is the same as long as it says the same.
      getSnapshot: (): string => people.map((person) => personName(person.getSnapshot())).join('\n'),
    };
  }, [client, ids]);
  const joined = useSyncExternalStore(source.subscribe, source.getSnapshot);
  return useMemo(() => joined.split('\n'), [joined]);
}
