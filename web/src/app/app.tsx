import { useEffect } from 'react';

import { AuthScreen } from '../auth/auth-screen.js';
import { ResetPasswordScreen } from '../auth/reset-password-screen.js';
import { VerifyEmailScreen } from '../auth/verify-email-screen.js';
import { SelfContext, useClient, useValue } from '../state/client-context.js';
import { useRoute } from '../navigation/router.js';
import { Shell } from './shell.js';
import { ToastList } from '../notifications/toast-list.js';
import { toast } from '../notifications/toasts.js';

/** The whole page: the log-in, the chat, or the target of an e-mailed link. */
export function App() {
  const client = useClient();
  const { user } = useValue(client.session);
  const { endedReason } = useValue(client.connection);
  const route = useRoute();

  useEffect(
    () =>
      client.on('refused', ({ entry, problem }) => {
        if (entry.kind !== 'read' && entry.kind !== 'delivered') toast(problem.detail, 'error');
      }),
    [client],
  );

  return (
    <>
      {route.name === 'reset-password' ? (
        <ResetPasswordScreen />
      ) : route.name === 'verify-email' ? (
        <VerifyEmailScreen />
      ) : user ? (
        // The key discards all component state when another user logs in.
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
