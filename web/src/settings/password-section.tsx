import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { ACCOUNT_LIMITS } from '../model/account-limits.js';
import { attempt, toast } from '../notifications/toasts.js';
import { Field } from '../ui/field.js';

/** Changes the password, which signs out all other devices. */
export function PasswordSection() {
  const client = useClient();
  const [currentPassword, setCurrent] = useState('');
  const [newPassword, setNew] = useState('');
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!(await attempt(client.auth.changePassword({ currentPassword, newPassword })))) return;
    toast('Password changed. Your other devices were signed out.');
    setCurrent('');
    setNew('');
  };
  return (
    <section className="card">
      <h2>Password</h2>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <Field
          label="Current password"
          type="password"
          value={currentPassword}
          onValue={setCurrent}
          autoComplete="current-password"
          required
        />
        <Field
          label="New password"
          type="password"
          value={newPassword}
          onValue={setNew}
          autoComplete="new-password"
          minLength={ACCOUNT_LIMITS.passwordMin}
          maxLength={ACCOUNT_LIMITS.passwordMax}
          required
        />
        <button type="submit" className="button">
          Change password
        </button>
      </form>
    </section>
  );
}
