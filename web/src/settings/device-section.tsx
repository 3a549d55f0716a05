import type { Session } from '@gochat/client';
import { useCallback, useEffect, useState } from 'react';

import { useClient, useValue } from '../state/client-context.js';
import { attempt, errorText } from '../notifications/toasts.js';
import { fullTime } from '../model/time.js';
import { Confirm } from '../ui/dialog.js';
import { Spinner } from '../ui/spinner.js';

/** The devices on which the user is signed in, and a button that signs each one out. */
export function DeviceSection() {
  const client = useClient();
  const { sessionId } = useValue(client.session);
  const [sessions, setSessions] = useState<readonly Session[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [ending, setEnding] = useState<Session | null>(null);
  const load = useCallback(
    () =>
      client
        .limits()
        .then(({ page }) => client.auth.sessions({ limit: page.max }))
        .then(
          ({ items }) => {
            setSessions(items);
            setError(null);
          },
          (failure: unknown) => setError(failure),
        ),
    [client],
  );
  useEffect(() => void load(), [load]);

  const end = async ({ id }: Session): Promise<void> => {
    if (await attempt(client.auth.revokeSession(id))) await load();
  };
  return (
    <section className="card" aria-label="Devices">
      <h2>Devices</h2>
      {error !== null && <p className="form-error">{errorText(error)}</p>}
      {!sessions && error === null && <Spinner label="Loading devices" />}
      <ul className="device-list">
        {sessions?.map((session) => (
          <li key={session.id} className="device">
            <span className="device-text">
              <span className="device-name">{session.deviceName ?? 'Unnamed device'}</span>
              <span className="card-note">
                {session.id === sessionId ? 'This device' : `Last used ${fullTime(session.lastSeenAt)}`}
              </span>
            </span>
            {session.id !== sessionId && (
              <button
                type="button"
                className="button button-small"
                aria-label={`Sign out ${session.deviceName ?? 'unnamed device'}`}
                onClick={() => setEnding(session)}
              >
                Sign out
              </button>
            )}
          </li>
        ))}
      </ul>
      {ending && (
        <Confirm
          title="Sign out this device?"
          text={`${ending.deviceName ?? 'The device'} is signed out immediately.`}
          action="Sign out"
          onConfirm={() => void end(ending)}
          onClose={() => setEnding(null)}
        />
      )}
    </section>
  );
}
