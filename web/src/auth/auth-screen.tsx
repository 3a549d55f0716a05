import { ProblemError, type SessionEndReason } from '@gochat/client';
import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { ACCOUNT_LIMITS } from '../model/account-limits.js';
import { errorText } from '../notifications/toasts.js';
import { useLimits } from '../state/use-limits.js';
import { Field } from '../ui/field.js';
import { AuthCard } from './auth-card.js';
import { ForgotPasswordForm } from './forgot-password-form.js';

/** Explanation shown after a session ended; none after the user signed out. */
const END_REASON_TEXT: Readonly<Record<SessionEndReason, string | null>> = {
  logged_out: null,
  revoked: 'This device was signed out from another device.',
  replaced: 'This session ended because you signed in again in this browser.',
  password_changed: 'Your password was changed. Sign in with the new password.',
  token_reused: 'You were signed out as a security precaution. Sign in again.',
  account_deleted: 'This account was deleted.',
  expired: 'Your session expired. Sign in again.',
  unauthenticated: 'Sign in again to continue.',
};

type Mode = 'sign-in' | 'sign-up' | 'forgot-password';

const TITLES: Readonly<Record<Mode, string>> = {
  'sign-in': 'Sign in to GoChat',
  'sign-up': 'Create your account',
  'forgot-password': 'Reset your password',
};

/** Sign-in, sign-up and the request for a password reset. */
export function AuthScreen({ endedReason }: { readonly endedReason: SessionEndReason | null }) {
  const [mode, setMode] = useState<Mode>('sign-in');
  const hasMail = useLimits()?.mail === true;
  const ended = endedReason === null ? null : END_REASON_TEXT[endedReason];
  return (
    <AuthCard title={TITLES[mode]}>
      {ended !== null && (
        <p className="notice" role="status">
          {ended}
        </p>
      )}
      {mode === 'forgot-password' ? (
        <ForgotPasswordForm />
      ) : (
        <AuthForm key={mode} isNew={mode === 'sign-up'} hasMail={hasMail} />
      )}
      {mode === 'sign-in' && hasMail && (
        <p className="auth-switch">
          <button type="button" className="link-button" onClick={() => setMode('forgot-password')}>
            Forgot your password?
          </button>
        </p>
      )}
      <p className="auth-switch">
        {mode === 'sign-in'
          ? 'New to GoChat?'
          : mode === 'sign-up'
            ? 'Already have an account?'
            : 'Remember your password?'}{' '}
        <button
          type="button"
          className="link-button"
          onClick={() => setMode(mode === 'sign-in' ? 'sign-up' : 'sign-in')}
        >
          {mode === 'sign-in' ? 'Create an account' : 'Sign in'}
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
      const optional = { ...(name && { displayName: name }), ...(address && { email: address }) };
      if (isNew) await client.auth.register({ username: username.trim(), password, ...optional });
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
          label="Display name"
          value={displayName}
          onValue={setDisplayName}
          autoComplete="name"
          maxLength={ACCOUNT_LIMITS.displayNameMax}
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
        maxLength={isNew ? ACCOUNT_LIMITS.usernameMax : ACCOUNT_LIMITS.emailMax}
        {...(isNew && { hint: `3 to ${ACCOUNT_LIMITS.usernameMax} letters, digits, dots or underscores` })}
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
          maxLength={ACCOUNT_LIMITS.emailMax}
          hint="Optional. Used to reset your password."
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
        {...(isNew && {
          minLength: ACCOUNT_LIMITS.passwordMin,
          hint: `At least ${ACCOUNT_LIMITS.passwordMin} characters`,
        })}
        maxLength={ACCOUNT_LIMITS.passwordMax}
        error={fields.get('password')}
      />
      {error !== null && fields.size === 0 && (
        <p className="form-error" role="alert">
          {errorText(error)}
        </p>
      )}
      <button type="submit" className="button button-primary button-wide" disabled={isBusy}>
        {isNew ? (isBusy ? 'Creating account…' : 'Create account') : isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}

/** The server's errors by field name. Empty if the error concerns no field of the form. */
function fieldErrors(error: unknown): Map<string, string> {
  if (!(error instanceof ProblemError)) return new Map();
  if (error.code === 'username_taken') return new Map([['username', 'This username is already taken.']]);
  if (error.code === 'email_taken') return new Map([['email', 'This e-mail address is already in use.']]);
  const known = ['username', 'password', 'displayName', 'email'];
  return new Map(
    (error.problem.errors ?? [])
      .filter(({ field }) => known.includes(field))
      .map(({ field, message }) => [field, message]),
  );
}
