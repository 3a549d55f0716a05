import { ProblemError } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { linkToken } from '../navigation/link-token.js';
import { navigate } from '../navigation/router.js';
import { errorText } from '../notifications/toasts.js';
import { Spinner } from '../ui/spinner.js';
import { AuthCard } from './auth-card.js';

/** Where the link of a mail leads that proves an address. */
export function VerifyEmailScreen() {
  const client = useClient();
  const [state, setState] = useState<'busy' | 'done' | { readonly error: string }>(
    linkToken === null ? { error: 'This link is not whole. Open it from the mail again.' } : 'busy',
  );
  useEffect(() => {
    if (linkToken === null) return;
    client.auth.verifyEmail(linkToken).then(
      () => {
        setState('done');
        // It may be one's own address, which the settings show.
        if (client.session.getSnapshot().user) client.users.me().catch(() => undefined);
      },
      (failure: unknown) => setState({ error: failureText(failure) }),
    );
  }, [client]);
  return (
    <AuthCard title={state === 'done' ? 'Your address is confirmed' : 'Confirm your address'}>
      {state === 'busy' && <Spinner label="Confirming" />}
      {state === 'done' && <p role="status">Should you forget your password, you get a link there.</p>}
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
          Go to GoChat
        </button>
      )}
    </AuthCard>
  );
}

function failureText(failure: unknown): string {
  return failure instanceof ProblemError
    ? 'This link is too old, or your address is another one by now. You get another link in your settings.'
    : errorText(failure);
}
