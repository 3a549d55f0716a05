import { ProblemError, type SessionEndReason } from '@gochat/client';
import { type SubmitEvent, useState } from 'react';

import { useClient } from '../app/client-context.js';
import { errorText } from '../app/toasts.js';
import { Field } from '../ui/field.js';
import { Logo } from '../ui/logo.js';

/** Why somebody who was logged in sees this; nothing for who left by themselves. */
const ENDED: Readonly<Record<SessionEndReason, string | null>> = {
  logged_out: null,
  revoked: 'This device was signed out from another device.',
  replaced: 'You signed in again in this browser.',
  password_changed: 'Your password was changed. Sign in with the new one.',
  token_reused: 'For your safety this device was signed out. Sign in again.',
  account_deleted: 'This account was deleted.',
  expired: 'You were away for long. Sign in again.',
  unauthenticated: 'Sign in again to go on.',
};

/** Signing in and up. */
export function AuthScreen({ endedReason }: { readonly endedReason: SessionEndReason | null }) {
  const [isNew, setNew] = useState(false);
  const ended = endedReason === null ? null : ENDED[endedReason];
  return (
    <main className="auth">
      <div className="auth-card">
        <Logo />
        <h1>{isNew ? 'Create your account' : 'Sign in to GoChat'}</h1>
        {ended !== null && (
          <p className="notice" role="status">
            {ended}
          </p>
        )}
        <AuthForm key={String(isNew)} isNew={isNew} />
        <p className="auth-switch">
          {isNew ? 'Already have an account?' : 'New to GoChat?'}{' '}
          <button type="button" className="link-button" onClick={() => setNew(!isNew)}>
            {isNew ? 'Sign in' : 'Create an account'}
          </button>
        </p>
      </div>
    </main>
  );
}

function AuthForm({ isNew }: { readonly isNew: boolean }) {
  const client = useClient();
  const [username, setUsername] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [password, setPassword] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const fields = fieldErrors(error);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const name = displayName.trim();
      if (isNew)
        await client.auth.register({ username: username.trim(), password, ...(name && { displayName: name }) });
      else await client.auth.login({ login: username.trim(), password });
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {isNew && (
        <Field
          label="Your name"
          value={displayName}
          onValue={setDisplayName}
          autoComplete="name"
          maxLength={64}
          error={fields.get('displayName')}
          autoFocus
        />
      )}
      <Field
        label={isNew ? 'Username' : 'Username or e-mail'}
        value={username}
        onValue={setUsername}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        required
        maxLength={isNew ? 32 : 254}
        {...(isNew && { hint: '3 to 32 letters, digits, dots or underscores' })}
        error={fields.get('username')}
        autoFocus={!isNew}
      />
      <Field
        label="Password"
        type="password"
        value={password}
        onValue={setPassword}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        required
        {...(isNew && { minLength: 8, hint: '8 characters or more' })}
        maxLength={128}
        error={fields.get('password')}
      />
      {error !== null && fields.size === 0 && (
        <p className="form-error" role="alert">
          {errorText(error)}
        </p>
      )}
      <button type="submit" className="button button-primary button-wide" disabled={isBusy}>
        {isBusy ? 'One moment…' : isNew ? 'Create account' : 'Sign in'}
      </button>
    </form>
  );
}

/** What is wrong with which field. */
function fieldErrors(error: unknown): Map<string, string> {
  if (!(error instanceof ProblemError)) return new Map();
  if (error.code === 'username_taken') return new Map([['username', 'This name is taken.']]);
  const known = ['username', 'password', 'displayName'];
  return new Map(
    (error.problem.errors ?? [])
      .filter(({ field }) => known.includes(field))
      .map(({ field, message }) => [field, message]),
  );
}
