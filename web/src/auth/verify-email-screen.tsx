import { ProblemError } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { linkToken } from '../navigation/link-token.js';
import { navigate } from '../navigation/router.js';
import { errorText } from '../notifications/toasts.js';
import { Spinner } from '../ui/spinner.js';
import { AuthCard } from './auth-card.js';

/** Target of the link in a confirmation e-mail. */
export function VerifyEmailScreen() {
  const client = useClient();
  const [state, setState] = useState<'busy' | 'done' | { readonly error: string }>(
    linkToken === null ? { error: 'This link is incomplete. Open it from the e-mail again.' } : 'busy',
  );
  useEffect(() => {
    if (linkToken === null) return;
    client.auth.verifyEmail(linkToken).then(
      () => {
        setState('done');
        // Reloads the user, because the settings show whether their address is confirmed.
        if (client.session.getSnapshot().user) client.users.me().catch(() => undefined);
      },
      (failure: unknown) => setState({ error: failureText(failure) }),
    );
  }, [client]);
  return (
    <AuthCard title={state === 'done' ? 'E-mail address confirmed' : 'Confirm your e-mail address'}>
      {state === 'busy' && <Spinner label="Confirming" />}
      {state === 'done' && <p role="status">You can now use this address to reset your password.</p>}
      {typeof state === 'object' && (
        <p className="form-error" role="alert">
          {state.error}
        </p>
      )}
      {state !== 'busy' && (
        <button
          type="button"
          className="button button-primary button-wide"
          onClick={() => navigate({ name: 'inbox' }, { replace: true })}
        >
          Continue to GoChat
        </button>
      )}
    </AuthCard>
  );
}

function failureText(failure: unknown): string {
  return failure instanceof ProblemError
    ? 'This link has expired, or your e-mail address has changed. Request a new link in Settings.'
    : errorText(failure);
}
