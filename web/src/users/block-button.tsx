import { useEffect, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { attempt } from '../notifications/toasts.js';

/** Blocks somebody, or takes it back. They are not told. */
export function BlockButton({ userId }: { readonly userId: string }) {
  const client = useClient();
  const [isBlocked, setBlocked] = useState<boolean | null>(null);
  useEffect(() => {
    let isCurrent = true;
    client.users.blocks({ limit: 100 }).then(
      ({ items }) => {
        if (isCurrent) setBlocked(items.some(({ id }) => id === userId));
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
