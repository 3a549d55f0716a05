import type { User } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { attempt } from '../notifications/toasts.js';
import { personName } from '../model/names.js';
import { Avatar } from '../ui/avatar.js';
import { loadBlockedUsers } from '../users/load-blocked-users.js';

/** The blocked users. Not rendered while the list is empty. */
export function BlockSection() {
  const client = useClient();
  const [blocked, setBlocked] = useState<readonly User[]>([]);
  useEffect(() => {
    loadBlockedUsers(client).then(setBlocked, () => undefined);
  }, [client]);
  const unblock = async ({ id }: User): Promise<void> => {
    if (await attempt(client.users.unblock(id))) setBlocked((users) => users.filter((user) => user.id !== id));
  };
  if (blocked.length === 0) return null;
  return (
    <section className="card" aria-label="Blocked users">
      <h2>Blocked users</h2>
      <ul className="device-list">
        {blocked.map((user) => (
          <li key={user.id} className="device">
            <Avatar id={user.id} name={personName(user)} url={user.avatarUrl} size="s" />
            <span className="device-text">
              <span className="device-name">{personName(user)}</span>
            </span>
            <button type="button" className="button button-small" onClick={() => void unblock(user)}>
              Unblock
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
