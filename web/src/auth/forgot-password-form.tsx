import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { errorText } from '../notifications/toasts.js';
import { Field } from '../ui/field.js';

/** Asks for a link by mail. What it says is the same for every address: it tells nobody who is here. */
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
        If an account has this address, a link is on its way to it. It works for an hour. Look among unwanted mail, too.
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
        maxLength={254}
        hint="The address of your account"
        error={error === null ? undefined : errorText(error)}
        autoFocus
      />
      <button type="submit" className="button button-primary button-wide" disabled={state === 'busy'}>
        Send me a link
      </button>
    </form>
  );
}
