import { useEffect, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { attempt } from '../notifications/toasts.js';
import { loadBlockedUsers } from './load-blocked-users.js';

/** Blocks or unblocks a user. The server does not notify that user. */
export function BlockButton({ userId }: { readonly userId: string }) {
  const client = useClient();
  const [isBlocked, setBlocked] = useState<boolean | null>(null);
  useEffect(() => {
    let isCurrent = true;
    loadBlockedUsers(client).then(
      (users) => {
        if (isCurrent) setBlocked(users.some(({ id }) => id === userId));
      },
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [client, userId]);

  const toggle = async (): Promise<void> => {
    const work = isBlocked === true ? client.users.unblock(userId) : client.users.block(userId);
    if (await attempt(work)) setBlocked(isBlocked !== true);
  };
  return (
    <button
      type="button"
      className="row-button row-button-danger"
      disabled={isBlocked === null}
      onClick={() => void toggle()}
    >
      {isBlocked === true ? 'Unblock' : 'Block'}
    </button>
  );
}
