import type { User } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { errorText } from '../notifications/toasts.js';
import { personName } from '../model/names.js';
import { Avatar } from '../ui/avatar.js';
import { CheckIcon } from '../ui/icons.js';

const DEBOUNCE_MS = 200;

export interface UserSearchProps {
  readonly onPick: (user: User) => void;
  /** Those who have a tick. */
  readonly selected?: ReadonlySet<string>;
}

/** Finds people by their names. */
export function UserSearch({ onPick, selected: chosen }: UserSearchProps) {
  const self = useSelf();
  const [query, setQuery] = useState('');
  const { people, error } = useUserSearch(query.trim());
  const others = people?.filter(({ id }) => id !== self.id);
  return (
    <div className="people-search">
      <input
        // Not of type search: there Esc would empty it, and not close the dialog.
        role="searchbox"
        className="input"
        aria-label="Search people"
        placeholder="Name or username"
        value={query}
        autoFocus
        autoCapitalize="none"
        onChange={(event) => setQuery(event.target.value)}
      />
      {error !== null && <p className="form-error">{errorText(error)}</p>}
      {query.trim() !== '' && others?.length === 0 && <p className="empty">Nobody of that name.</p>}
      <ul className="people-list">
        {others?.map((user) => (
          <li key={user.id}>
            <button
              type="button"
              className="member-button"
              aria-pressed={chosen?.has(user.id)}
              onClick={() => onPick(user)}
            >
              <Avatar id={user.id} name={personName(user)} url={user.avatarUrl} size="s" />
              <span className="member-text">
                <span className="member-name">{personName(user)}</span>
                <span className="member-note">@{user.username}</span>
              </span>
              {chosen?.has(user.id) === true && <CheckIcon />}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function useUserSearch(query: string): { people: readonly User[] | null; error: unknown } {
  const client = useClient();
  const [found, setFound] = useState<{ query: string; people: readonly User[]; error: unknown } | null>(null);
  useEffect(() => {
    if (query === '') return;
    let isCurrent = true;
    const show = (people: readonly User[], error: unknown): void => {
      if (isCurrent) setFound({ query, people, error });
    };
    const timer = setTimeout(() => {
      client.users.search(query, { limit: 20 }).then(
        ({ items }) => show(items, null),
        (error: unknown) => show([], error),
      );
    }, DEBOUNCE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, query]);
  // While one goes on writing, what was found before stays.
  return query === '' || !found ? { people: null, error: null } : found;
}
