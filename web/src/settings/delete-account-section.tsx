import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { attempt } from '../notifications/toasts.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';

/** Deletes the account after the user confirms it with their password. */
export function DeleteAccountSection() {
  const client = useClient();
  const [isAsked, setAsked] = useState(false);
  const [password, setPassword] = useState('');
  const deleteAccount = (event: SubmitEvent): void => {
    event.preventDefault();
    void attempt(client.auth.deleteAccount(password));
  };
  return (
    <section className="card">
      <button type="button" className="button button-danger-text" onClick={() => setAsked(true)}>
        Delete account
      </button>
      {isAsked && (
        <Dialog title="Delete your account?" onClose={() => setAsked(false)}>
          <form className="stack" onSubmit={deleteAccount}>
            <p>Your profile is deleted permanently. Your messages remain, without your name.</p>
            <Field
              label="Password"
              type="password"
              value={password}
              onValue={setPassword}
              autoComplete="current-password"
              required
            />
            <button type="submit" className="button button-danger button-wide">
              Delete permanently
            </button>
          </form>
        </Dialog>
      )}
    </section>
  );
}
