import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { attempt } from '../notifications/toasts.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';

/** The end of an account. */
export function DeleteAccountSection() {
  const client = useClient();
  const [isAsked, setAsked] = useState(false);
  const [password, setPassword] = useState('');
  const end = (event: SubmitEvent): void => {
    event.preventDefault();
    void attempt(client.auth.deleteAccount(password));
  };
  return (
    <section className="card">
      <button type="button" className="button button-danger-text" onClick={() => setAsked(true)}>
        Delete my account
      </button>
      {isAsked && (
        <Dialog title="Delete your account?" onClose={() => setAsked(false)}>
          <form className="stack" onSubmit={end}>
            <p>Your profile is erased for good. Your messages stay, from a deleted account.</p>
            <Field
              label="Password"
              type="password"
              value={password}
              onValue={setPassword}
              autoComplete="current-password"
              required
            />
            <button type="submit" className="button button-danger button-wide">
              Delete for good
            </button>
          </form>
        </Dialog>
      )}
    </section>
  );
}
