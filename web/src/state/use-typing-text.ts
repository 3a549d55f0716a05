import { useMemo, useSyncExternalStore } from 'react';
import type { GoChatClient } from '@gochat/client';

import { useClient, useValue } from './client-context.js';
import { personName, typingText } from '../model/names.js';

/** Typing indicator of a conversation, without names if it is direct. Empty while no other member is typing. */
export function useTypingText(conversationId: string, isDirect = false): string {
  const client = useClient();
  const ids = useValue(client.typing(conversationId));
  const names = usePersonNames(client, ids);
  if (ids.length === 0) return '';
  return isDirect ? 'typing…' : `${typingText(names)}…`;
}

/** Names of users. The component renders again when a name is loaded or changes. */
function usePersonNames(client: GoChatClient, ids: readonly string[]): readonly string[] {
  const source = useMemo(() => {
    const people = ids.map((id) => client.person(id));
    return {
      subscribe: (listener: () => void): (() => void) => {
        const unsubscribes = people.map((person) => person.subscribe(listener));
        return () => unsubscribes.forEach((unsubscribe) => unsubscribe());
      },
      // A string, so that equal snapshots are identical for `useSyncExternalStore`.
      getSnapshot: (): string => people.map((person) => personName(person.getSnapshot())).join('\n'),
    };
  }, [client, ids]);
  const joined = useSyncExternalStore(source.subscribe, source.getSnapshot);
  return useMemo(() => joined.split('\n'), [joined]);
}
