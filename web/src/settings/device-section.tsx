import type { Session } from '@gochat/client';
import { useCallback, useEffect, useState } from 'react';

import { useClient, useValue } from '../state/client-context.js';
import { attempt, errorText } from '../notifications/toasts.js';
import { fullTime } from '../model/time.js';
import { Confirm } from '../ui/dialog.js';
import { Spinner } from '../ui/spinner.js';

/** Where one is signed in, and a way to end it. */
export function DeviceSection() {
  const client = useClient();
  const { sessionId } = useValue(client.session);
  const [sessions, setSessions] = useState<readonly Session[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [ending, setEnding] = useState<Session | null>(null);
  const load = useCallback(
    () =>
      client.auth.sessions({ limit: 100 }).then(
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
      {!sessions && error === null && <Spinner label="Loading your devices" />}
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
          title="Sign this device out?"
          text={`${ending.deviceName ?? 'The device'} is signed out at once.`}
          action="Sign out"
          onConfirm={() => void end(ending)}
          onClose={() => setEnding(null)}
        />
      )}
    </section>
  );
}
