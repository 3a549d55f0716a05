import { ProblemError } from '@gochat/client';
import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { linkToken } from '../navigation/link-token.js';
import { navigate } from '../navigation/router.js';
import { ACCOUNT_LIMITS } from '../model/account-limits.js';
import { errorText } from '../notifications/toasts.js';
import { Field } from '../ui/field.js';
import { AuthCard } from './auth-card.js';

/** Target of the link in a password reset e-mail. */
export function ResetPasswordScreen() {
  const [isDone, setDone] = useState(false);
  const isOpen = linkToken !== null && !isDone;
  return (
    <AuthCard title={isDone ? 'Password changed' : 'Set a new password'}>
      {linkToken !== null && !isDone && <ResetForm token={linkToken} onDone={() => setDone(true)} />}
      {isDone && <p role="status">You were signed out on all devices. Sign in with your new password.</p>}
      {linkToken === null && <p>This link is incomplete. Open it from the e-mail again, or request a new one.</p>}
      <button
        type="button"
        className={isOpen ? 'link-button' : 'button button-primary button-wide'}
        onClick={() => navigate({ name: 'inbox' }, { replace: true })}
      >
        Sign in
      </button>
    </AuthCard>
  );
}

function ResetForm({ token, onDone }: { readonly token: string; readonly onDone: () => void }) {
  const client = useClient();
  const [newPassword, setNewPassword] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await client.auth.resetPassword({ token, newPassword });
      onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <Field
        label="New password"
        type="password"
        value={newPassword}
        onValue={setNewPassword}
        autoComplete="new-password"
        required
        minLength={ACCOUNT_LIMITS.passwordMin}
        maxLength={ACCOUNT_LIMITS.passwordMax}
        hint={`At least ${ACCOUNT_LIMITS.passwordMin} characters. You will be signed out on all devices.`}
        autoFocus
      />
      {error !== null && (
        <p className="form-error" role="alert">
          {linkError(error)}
        </p>
      )}
      <button type="submit" className="button button-primary button-wide" disabled={isBusy}>
        Set password
      </button>
    </form>
  );
}

function linkError(error: unknown): string {
  const isInvalidToken = error instanceof ProblemError && error.problem.errors?.some(({ field }) => field === 'token');
  return isInvalidToken
    ? 'This link has expired or was already used. Request a new one on the sign-in page.'
    : errorText(error);
}
