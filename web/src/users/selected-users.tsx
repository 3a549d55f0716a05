import type { User } from '@gochat/client';

import { personName } from '../model/names.js';
import { CloseIcon } from '../ui/icons.js';

/** The selected users as chips. A click removes a user from the selection. */
export function SelectedUsers({
  users,
  onRemove,
}: {
  readonly users: readonly User[];
  readonly onRemove: (user: User) => void;
}) {
  if (users.length === 0) return null;
  return (
    <ul className="chips" aria-label="Selected users">
      {users.map((user) => (
        <li key={user.id}>
          <button
            type="button"
            className="chip"
            aria-label={`Remove ${personName(user)}`}
            onClick={() => onRemove(user)}
          >
            {personName(user)}
            <CloseIcon size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}
