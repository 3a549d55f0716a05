import { ProblemError, type SessionEndReason } from '@gochat/client';
import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { errorText } from '../notifications/toasts.js';
import { useLimits } from '../state/use-limits.js';
import { Field } from '../ui/field.js';
import { AuthCard } from './auth-card.js';
import { ForgotPasswordForm } from './forgot-password-form.js';

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

type Mode = 'in' | 'up' | 'forgotten';

const TITLES: Readonly<Record<Mode, string>> = {
  in: 'Sign in to GoChat',
  up: 'Create your account',
  forgotten: 'Forgot your password?',
};

/** Signing in and up, and the way back in. */
export function AuthScreen({ endedReason }: { readonly endedReason: SessionEndReason | null }) {
  const [mode, setMode] = useState<Mode>('in');
  const hasMail = useLimits()?.mail === true;
  const ended = endedReason === null ? null : ENDED[endedReason];
  return (
    <AuthCard title={TITLES[mode]}>
      {ended !== null && (
        <p className="notice" role="status">
          {ended}
        </p>
      )}
      {mode === 'forgotten' ? <ForgotPasswordForm /> : <AuthForm key={mode} isNew={mode === 'up'} hasMail={hasMail} />}
      {mode === 'in' && hasMail && (
        <p className="auth-switch">
          <button type="button" className="link-button" onClick={() => setMode('forgotten')}>
            Forgot your password?
          </button>
        </p>
      )}
      <p className="auth-switch">
        {mode === 'in' ? 'New to GoChat?' : mode === 'up' ? 'Already have an account?' : 'Remembered it?'}{' '}
        <button type="button" className="link-button" onClick={() => setMode(mode === 'in' ? 'up' : 'in')}>
          {mode === 'in' ? 'Create an account' : 'Sign in'}
        </button>
      </p>
    </AuthCard>
  );
}

function AuthForm({ isNew, hasMail }: { readonly isNew: boolean; readonly hasMail: boolean }) {
  const client = useClient();
  const [username, setUsername] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
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
      const address = email.trim();
      const told = { ...(name && { displayName: name }), ...(address && { email: address }) };
      if (isNew) await client.auth.register({ username: username.trim(), password, ...told });
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
      {isNew && hasMail && (
        <Field
          label="E-mail"
          type="email"
          value={email}
          onValue={setEmail}
          autoComplete="email"
          maxLength={254}
          hint="If you like: you get a link there when you forget your password"
          error={fields.get('email')}
        />
      )}
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
  if (error.code === 'email_taken') return new Map([['email', 'Somebody uses this address.']]);
  const known = ['username', 'password', 'displayName', 'email'];
  return new Map(
    (error.problem.errors ?? [])
      .filter(({ field }) => known.includes(field))
      .map(({ field, message }) => [field, message]),
  );
}
