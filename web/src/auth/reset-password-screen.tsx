import { ProblemError } from '@gochat/client';
import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { linkToken } from '../navigation/link-token.js';
import { navigate } from '../navigation/router.js';
import { errorText } from '../notifications/toasts.js';
import { Field } from '../ui/field.js';
import { AuthCard } from './auth-card.js';

/** Where the link of a mail leads to who has forgotten their password. */
export function ResetPasswordScreen() {
  const [isDone, setDone] = useState(false);
  const isOpen = linkToken !== null && !isDone;
  return (
    <AuthCard title={isDone ? 'Your password is changed' : 'Set a new password'}>
      {linkToken !== null && !isDone && <ResetForm token={linkToken} onDone={() => setDone(true)} />}
      {isDone && <p role="status">All devices were signed out. Sign in with the new one.</p>}
      {linkToken === null && <p>This link is not whole. Open it from the mail again, or ask for another one.</p>}
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
        minLength={8}
        maxLength={128}
        hint="8 characters or more. All devices are signed out."
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
  const isSpent = error instanceof ProblemError && error.problem.errors?.some(({ field }) => field === 'token');
  return isSpent
    ? 'This link was used already, or is too old. Ask for another one where you sign in.'
    : errorText(error);
}
