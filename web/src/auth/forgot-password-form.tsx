import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { ACCOUNT_LIMITS } from '../model/account-limits.js';
import { errorText } from '../notifications/toasts.js';
import { Field } from '../ui/field.js';

/**
 * Requests a reset link by e-mail. The answer is the same for every address, so that it does not reveal which addresses have
 * an account.
 */
export function ForgotPasswordForm() {
  const client = useClient();
  const [email, setEmail] = useState('');
  const [state, setState] = useState<'open' | 'busy' | 'sent'>('open');
  const [error, setError] = useState<unknown>(null);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setState('busy');
    setError(null);
    try {
      await client.auth.forgotPassword(email.trim());
      setState('sent');
    } catch (failure) {
      setError(failure);
      setState('open');
    }
  };
  if (state === 'sent') {
    return (
      <p role="status">
        If an account uses this address, we sent it a link. The link expires after one hour. If you do not see the
        e-mail, check your spam folder.
      </p>
    );
  }
  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <Field
        label="E-mail"
        type="email"
        value={email}
        onValue={setEmail}
        autoComplete="email"
        required
        maxLength={ACCOUNT_LIMITS.emailMax}
        hint="The e-mail address of your account"
        error={error === null ? undefined : errorText(error)}
        autoFocus
      />
      <button type="submit" className="button button-primary button-wide" disabled={state === 'busy'}>
        Send reset link
      </button>
    </form>
  );
}
