import { type SubmitEvent, useEffect, useState } from 'react';

import { useClient, useSelf } from '../state/client-context.js';
import { attempt, toast } from '../notifications/toasts.js';
import { useLimits } from '../state/use-limits.js';
import { Field } from '../ui/field.js';

/** One's e-mail address: whether it is confirmed, and another one. */
export function EmailSection() {
  const client = useClient();
  const { email } = useSelf();
  const hasMail = useLimits()?.mail === true;
  const [next, setNext] = useState('');
  const [password, setPassword] = useState('');
  useEffect(() => {
    // The link is opened somewhere else, on the phone perhaps.
    client.users.me().catch(() => undefined);
  }, [client]);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!(await attempt(client.users.setEmail({ email: next.trim(), password })))) return;
    toast(hasMail ? 'Your address is changed. Open the link that is sent there.' : 'Your address is changed.');
    setNext('');
    setPassword('');
  };
  return (
    <section className="card" aria-label="E-mail">
      <h2>E-mail</h2>
      {email === null ? (
        <p className="card-note">You have no address: nobody can send you a link when you forget your password.</p>
      ) : (
        <Address email={email} hasMail={hasMail} />
      )}
      <form className="stack" onSubmit={(event) => void save(event)}>
        <Field
          label={email === null ? 'Address' : 'New address'}
          type="email"
          value={next}
          onValue={setNext}
          autoComplete="email"
          maxLength={254}
          required
        />
        <Field
          label="Your password"
          type="password"
          value={password}
          onValue={setPassword}
          autoComplete="current-password"
          required
        />
        <button type="submit" className="button">
          {email === null ? 'Add address' : 'Change address'}
        </button>
      </form>
    </section>
  );
}

function Address({ email, hasMail }: { readonly email: string; readonly hasMail: boolean }) {
  const client = useClient();
  const { emailVerified } = useSelf();
  const resend = async (): Promise<void> => {
    if (await attempt(client.auth.requestEmailVerification())) toast('The link is on its way.');
  };
  return (
    <div className="device">
      <span className="device-text">
        <span className="device-name">{email}</span>
        <span className="card-note">
          {emailVerified ? 'Confirmed' : 'Not confirmed yet: open the link in your mail'}
        </span>
      </span>
      {!emailVerified && hasMail && (
        <button type="button" className="button button-small" onClick={() => void resend()}>
          Send it again
        </button>
      )}
    </div>
  );
}
