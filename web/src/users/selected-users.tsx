import type { User } from '@gochat/client';

import { personName } from '../model/names.js';
import { CloseIcon } from '../ui/icons.js';

/** Those who were picked; a click lets one go. */
export function SelectedUsers({
  people,
  onDrop,
}: {
  readonly people: readonly User[];
  readonly onDrop: (user: User) => void;
}) {
  if (people.length === 0) return null;
  return (
    <ul className="chips" aria-label="Chosen people">
      {people.map((user) => (
        <li key={user.id}>
          <button type="button" className="chip" aria-label={`Remove ${personName(user)}`} onClick={() => onDrop(user)}>
            {personName(user)}
            <CloseIcon size={14} />
          </button>
        </li>
      ))}
    </ul>
  );
}
