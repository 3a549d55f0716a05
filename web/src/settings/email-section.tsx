import { type SubmitEvent, useEffect, useState } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { ACCOUNT_LIMITS } from '../model/account-limits.js';
import { attempt, toast } from '../notifications/toasts.js';
import { useLimits } from '../state/use-limits.js';
import { Field } from '../ui/field.js';

/** The user's e-mail address: whether it is confirmed, and a form to change it. */
export function EmailSection() {
  const client = useClient();
  const { email } = useSelf();
  const hasMail = useLimits()?.mail === true;
  const [next, setNext] = useState('');
  const [password, setPassword] = useState('');
  useEffect(() => {
    // The user may have opened the confirmation link on another device.
    client.users.me().catch(() => undefined);
  }, [client]);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!(await attempt(client.users.setEmail({ email: next.trim(), password })))) return;
    toast(hasMail ? 'E-mail address changed. Open the link we sent to it.' : 'E-mail address changed.');
    setNext('');
    setPassword('');
  };
  return (
    <section className="card" aria-label="E-mail">
      <h2>E-mail</h2>
      {email === null ? (
        <p className="card-note">Add an e-mail address so that you can reset your password.</p>
      ) : (
        <Address email={email} hasMail={hasMail} />
      )}
      <form className="stack" onSubmit={(event) => void save(event)}>
        <Field
          label={email === null ? 'E-mail address' : 'New e-mail address'}
          type="email"
          value={next}
          onValue={setNext}
          autoComplete="email"
          maxLength={ACCOUNT_LIMITS.emailMax}
          required
        />
        <Field
          label="Current password"
          type="password"
          value={password}
          onValue={setPassword}
          autoComplete="current-password"
          required
        />
        <button type="submit" className="button">
          {email === null ? 'Add e-mail address' : 'Change e-mail address'}
        </button>
      </form>
    </section>
  );
}

function Address({ email, hasMail }: { readonly email: string; readonly hasMail: boolean }) {
  const client = useClient();
  const { emailVerified } = useSelf();
  const resend = async (): Promise<void> => {
    if (await attempt(client.auth.requestEmailVerification())) toast('Confirmation link sent.');
  };
  return (
    <div className="device">
      <span className="device-text">
        <span className="device-name">{email}</span>
        <span className="card-note">
          {emailVerified ? 'Confirmed' : 'Not confirmed. Open the link in the e-mail we sent you.'}
        </span>
      </span>
      {!emailVerified && hasMail && (
        <button type="button" className="button button-small" onClick={() => void resend()}>
          Resend link
        </button>
      )}
    </div>
  );
}
