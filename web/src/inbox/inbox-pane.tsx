import { type KeyboardEvent, useDeferredValue, useState } from 'react';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { navigate, useRoute } from '../navigation/router.js';
import { personName } from '../model/names.js';
import { NewChatDialog } from '../users/new-chat-dialog.js';
import { Avatar } from '../ui/avatar.js';
import { BackIcon, CloseIcon, CompassIcon, PlusIcon, SearchIcon } from '../ui/icons.js';
import { Spinner } from '../ui/spinner.js';
import { InboxRow } from './inbox-row.js';
import { SearchResults } from './search-results.js';

/** The list of conversations, and the search over conversations, messages and users. */
export function InboxPane() {
  const route = useRoute();
  const [query, setQuery] = useState('');
  const [isCreating, setCreating] = useState(false);
  const searched = useDeferredValue(query.trim());
  return (
    <nav className="inbox" aria-label="Conversations">
      <InboxHeader isArchive={route.name === 'archive'} onNew={() => setCreating(true)} />
      <div className="search-box" role="search">
        <SearchIcon size={18} />
        <input
          type="search"
          className="search-input"
          placeholder="Search"
          aria-label="Search conversations, messages and users"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') setQuery('');
          }}
        />
        {query !== '' && (
          <button type="button" className="icon-button" aria-label="Clear search" onClick={() => setQuery('')}>
            <CloseIcon size={18} />
          </button>
        )}
      </div>
      {searched === '' ? (
        <InboxList isArchive={route.name === 'archive'} onNew={() => setCreating(true)} />
      ) : (
        <SearchResults query={searched} />
      )}
      {isCreating && <NewChatDialog onClose={() => setCreating(false)} />}
    </nav>
  );
}

function InboxHeader({ isArchive, onNew }: { readonly isArchive: boolean; readonly onNew: () => void }) {
  const self = useSelf();
  return (
    <header className="inbox-header">
      {isArchive ? (
        <button
          type="button"
          className="icon-button"
          aria-label="Back to chats"
          onClick={() => navigate({ name: 'inbox' })}
        >
          <BackIcon size={24} />
        </button>
      ) : (
        <button
          type="button"
          className="avatar-button"
          title="Profile and settings"
          onClick={() => navigate({ name: 'settings' })}
        >
          <span className="visually-hidden">Profile and settings</span>
          <Avatar id={self.id} name={personName(self)} url={self.avatarUrl} size="s" />
        </button>
      )}
      <h1 className="inbox-title">{isArchive ? 'Archive' : 'Chats'}</h1>
      <button
        type="button"
        className="icon-button"
        aria-label="Discover rooms"
        title="Discover rooms"
        onClick={() => navigate({ name: 'discover' })}
      >
        <CompassIcon size={22} />
      </button>
      <button type="button" className="icon-button" aria-label="New chat" title="New chat" onClick={onNew}>
        <PlusIcon size={22} />
      </button>
    </header>
  );
}

function InboxList({ isArchive, onNew }: { readonly isArchive: boolean; readonly onNew: () => void }) {
  const client = useClient();
  const all = useValue(client.inbox);
  const { isSyncing, status } = useValue(client.connection);
  const route = useRoute();
  const shown = all.filter(({ me }) => me.archived === isArchive);
  const archived = all.length - shown.length;
  if (all.length === 0 && (isSyncing || status === 'connecting')) return <Spinner label="Loading conversations" />;
  return (
    <div className="inbox-scroll">
      {shown.length === 0 &&
        (isArchive ? <p className="empty">No archived conversations.</p> : <EmptyInbox onNew={onNew} />)}
      <ul className="inbox-list" onKeyDown={moveFocus}>
        {shown.map((conversation) => (
          <InboxRow
            key={conversation.id}
            conversation={conversation}
            isOpen={route.name === 'conversation' && route.id === conversation.id}
          />
        ))}
      </ul>
      {!isArchive && archived > 0 && (
        <button type="button" className="archive-link" onClick={() => navigate({ name: 'archive' })}>
          Archived <span className="count">{archived}</span>
        </button>
      )}
    </div>
  );
}

function EmptyInbox({ onNew }: { readonly onNew: () => void }) {
  return (
    <div className="empty">
      <h2>No conversations yet</h2>
      <p>Join a public room or start a chat.</p>
      <button type="button" className="button button-primary" onClick={() => navigate({ name: 'discover' })}>
        Discover rooms
      </button>
      <button type="button" className="button" onClick={onNew}>
        New chat
      </button>
    </div>
  );
}

/** Moves the focus between conversations with the arrow keys. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.inbox-row')];
  const at = rows.findIndex((row) => row === document.activeElement);
  if (at < 0) return;
  event.preventDefault();
  rows[Math.max(0, at + step)]?.focus();
}
