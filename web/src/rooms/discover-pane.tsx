import type { Conversation } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient, useValue } from '../state/client-context.js';
import { navigate } from '../navigation/router.js';
import { attempt, errorText } from '../notifications/toasts.js';
import { conversationName } from '../model/names.js';
import { Avatar } from '../ui/avatar.js';
import { SearchIcon } from '../ui/icons.js';
import { PaneHeader } from '../ui/pane-header.js';
import { Spinner } from '../ui/spinner.js';

/** The search starts this long after the last key press. */
const DEBOUNCE_MS = 200;

/** Search over all rooms. */
export function DiscoverPane() {
  const [query, setQuery] = useState('');
  const { rooms, error, loadMore } = useRooms(query.trim());
  return (
    <section className="pane" aria-label="Discover rooms">
      <PaneHeader parent={{ name: 'inbox' }}>
        <h1 className="title-name">Discover rooms</h1>
      </PaneHeader>
      <div className="pane-scroll">
        <div className="pane-column">
          <div className="search-box" role="search">
            <SearchIcon size={18} />
            <input
              type="search"
              className="search-input"
              aria-label="Search rooms"
              placeholder="Search rooms"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          </div>
          {error !== null && <p className="form-error">{errorText(error)}</p>}
          {!rooms && error === null && <Spinner label="Loading rooms" />}
          {rooms?.length === 0 && <p className="empty">No rooms found.</p>}
          <ul className="room-list">
            {rooms?.map((room) => (
              <RoomCard key={room.id} room={room} />
            ))}
          </ul>
          {loadMore && (
            <button type="button" className="button" onClick={loadMore}>
              Show more
            </button>
          )}
        </div>
      </div>
    </section>
  );
}

function RoomCard({ room }: { readonly room: Conversation }) {
  const client = useClient();
  const isMember = useValue(client.conversation(room.id)) !== null;
  const [isBusy, setBusy] = useState(false);
  const name = conversationName(room);
  const open = (): void => navigate({ name: 'conversation', id: room.id, isInfo: false });
  const join = async (): Promise<void> => {
    setBusy(true);
    if (await attempt(client.conversations.join(room.id))) open();
    else setBusy(false);
  };
  return (
    <li className="room-card">
      <Avatar id={room.id} name={name} isRoom />
      <div className="room-text">
        <h2 className="room-name">{name}</h2>
        <p className="room-note">
          {room.memberCount} {room.memberCount === 1 ? 'member' : 'members'}
          {room.topic !== null && room.topic !== '' && ` · ${room.topic}`}
        </p>
      </div>
      {isMember ? (
        <button type="button" className="button" aria-label={`Open ${name}`} onClick={open}>
          Open
        </button>
      ) : (
        <button
          type="button"
          className="button button-primary"
          aria-label={`Join ${name}`}
          disabled={isBusy}
          onClick={() => void join()}
        >
          Join
        </button>
      )}
    </li>
  );
}

interface Rooms {
  readonly rooms: readonly Conversation[] | null;
  readonly error: unknown;
  readonly loadMore: (() => void) | null;
}

function useRooms(query: string): Rooms {
  const client = useClient();
  const { status } = useValue(client.connection);
  const [rooms, setRooms] = useState<readonly Conversation[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      client.conversations.discover({ ...(query && { q: query }) }).then(
        ({ items, nextCursor }) => {
          if (!isCurrent) return;
          setRooms(items);
          setCursor(nextCursor);
          setError(null);
        },
        (failure: unknown) => {
          if (isCurrent) setError(failure);
        },
      );
    }, DEBOUNCE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
    // Repeated when the connection changes, because the first request may have failed offline.
  }, [client, query, status]);

  const loadPage = async (from: string): Promise<void> => {
    const page = await client.conversations.discover({ ...(query && { q: query }), cursor: from });
    setRooms([...(rooms ?? []), ...page.items]);
    setCursor(page.nextCursor);
  };
  return { rooms, error, loadMore: cursor === null ? null : () => void attempt(loadPage(cursor)) };
}
