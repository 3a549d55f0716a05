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
  /** Ids of the users to show with a check mark. */
  readonly selected?: ReadonlySet<string>;
}

/** Finds users by display name or username. */
export function UserSearch({ onPick, selected: selected }: UserSearchProps) {
  const self = useSelf();
  const [query, setQuery] = useState('');
  const { users, error } = useUserSearch(query.trim());
  const others = users?.filter(({ id }) => id !== self.id);
  return (
    <div className="people-search">
      <input
        // In an input of type search, Esc would clear the text instead of closing the dialog.
        role="searchbox"
        className="input"
        aria-label="Search users"
        placeholder="Name or username"
        value={query}
        autoFocus
        autoCapitalize="none"
        onChange={(event) => setQuery(event.target.value)}
      />
      {error !== null && <p className="form-error">{errorText(error)}</p>}
      {query.trim() !== '' && others?.length === 0 && <p className="empty">No users found.</p>}
      <ul className="people-list">
        {others?.map((user) => (
          <li key={user.id}>
            <button
              type="button"
              className="member-button"
              aria-pressed={selected?.has(user.id)}
              onClick={() => onPick(user)}
            >
              <Avatar id={user.id} name={personName(user)} url={user.avatarUrl} size="s" />
              <span className="member-text">
                <span className="member-name">{personName(user)}</span>
                <span className="member-note">@{user.username}</span>
              </span>
              {selected?.has(user.id) === true && <CheckIcon />}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function useUserSearch(query: string): { users: readonly User[] | null; error: unknown } {
  const client = useClient();
  const [found, setFound] = useState<{ query: string; users: readonly User[]; error: unknown } | null>(null);
  useEffect(() => {
    if (query === '') return;
    let isCurrent = true;
    const show = (users: readonly User[], error: unknown): void => {
      if (isCurrent) setFound({ query, users, error });
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
  // Shows the previous results until the new ones arrive.
  return query === '' || !found ? { users: null, error: null } : found;
}
