import type { Conversation } from '@gochat/client';
import { ProblemError } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient, useValue } from '../state/client-context.js';
import { navigate } from '../navigation/router.js';
import { attempt, errorText } from '../notifications/toasts.js';
import { conversationName } from '../model/names.js';
import { Avatar } from '../ui/avatar.js';
import { PaneHeader } from '../ui/pane-header.js';
import { Spinner } from '../ui/spinner.js';

/** Shown for a conversation the user is not a member of: a room to join, or an error. */
export function RoomPreview({ conversationId }: { readonly conversationId: string }) {
  const client = useClient();
  const { status } = useValue(client.connection);
  const [room, setRoom] = useState<Conversation | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    client.conversations.get(conversationId).then(
      (found) => {
        if (isCurrent) setRoom(found);
      },
      (failure: unknown) => {
        if (isCurrent) setError(failure);
      },
    );
    return () => {
      isCurrent = false;
    };
    // Repeated when the connection changes, because the first request may have failed offline.
  }, [client, conversationId, status]);

  const join = async (): Promise<void> => {
    setBusy(true);
    await attempt(client.conversations.join(conversationId));
    setBusy(false);
  };

  return (
    <section className="conversation-main" aria-label="Conversation">
      <PaneHeader parent={{ name: 'inbox' }}>
        <h1 className="title-name">{room ? conversationName(room) : 'Conversation'}</h1>
      </PaneHeader>
      <div className="blank">
        {room ? (
          <>
            <Avatar id={room.id} name={conversationName(room)} isRoom size="l" />
            <h2>{conversationName(room)}</h2>
            {room.topic !== null && <p>{room.topic}</p>}
            <p>
              {room.memberCount} {room.memberCount === 1 ? 'member' : 'members'}
            </p>
            <button type="button" className="button button-primary" disabled={isBusy} onClick={() => void join()}>
              Join room
            </button>
          </>
        ) : error === null ? (
          <Spinner />
        ) : (
          <>
            <h2>{isNotFound(error) ? 'Conversation not found' : 'Could not open this conversation'}</h2>
            <p>{isNotFound(error) ? 'This conversation does not exist, or you are not a member.' : errorText(error)}</p>
            <button type="button" className="button" onClick={() => navigate({ name: 'inbox' }, { replace: true })}>
              Back to chats
            </button>
          </>
        )}
      </div>
    </section>
  );
}

const isNotFound = (error: unknown): boolean => error instanceof ProblemError && error.code === 'not_found';
