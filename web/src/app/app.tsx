import { useEffect } from 'react';

import { AuthScreen } from '../auth/auth-screen.js';
import { SelfContext, useClient, useValue } from './client-context.js';
import { Shell } from './shell.js';
import { ToastList } from './toast-list.js';
import { toast } from './toasts.js';

/** The whole page: a log-in, or the chat. */
export function App() {
  const client = useClient();
  const { user } = useValue(client.session);
  const { endedReason } = useValue(client.connection);

  useEffect(
    () =>
      client.on('refused', ({ entry, problem }) => {
        if (entry.kind !== 'read' && entry.kind !== 'delivered') toast(problem.detail, 'error');
      }),
    [client],
  );

  return (
    <>
      {user ? (
        // Another user is another page: nothing of the one before stays.
        <SelfContext value={user} key={user.id}>
          <Shell />
        </SelfContext>
      ) : (
        <AuthScreen endedReason={endedReason} />
      )}
      <ToastList />
    </>
  );
}
