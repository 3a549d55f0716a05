import type { Message } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { navigateToMessage } from '../navigation/navigate-to-message.js';
import { errorText } from '../notifications/toasts.js';
import { personName } from '../model/names.js';
import { activityTime } from '../model/time.js';
import { CloseIcon, SearchIcon } from '../ui/icons.js';

/** The search starts this long after the last key press. */
const DEBOUNCE_MS = 250;
const MAX_RESULTS = 30;

export interface ConversationSearchProps {
  readonly conversationId: string;
  readonly onClose: () => void;
}

/** Searches the messages of this conversation. A click on a result scrolls to the message. */
export function ConversationSearch({ conversationId, onClose }: ConversationSearchProps) {
  const [query, setQuery] = useState('');
  const { hits, error } = useHits(conversationId, query.trim());
  return (
    <div
      className="find"
      role="search"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div className="search-box">
        <SearchIcon size={18} />
        <input
          type="search"
          className="search-input"
          aria-label="Search in this conversation"
          placeholder="Search in this conversation"
          value={query}
          autoFocus
          onChange={(event) => setQuery(event.target.value)}
        />
        <button type="button" className="icon-button" aria-label="Close search" onClick={onClose}>
          <CloseIcon size={18} />
        </button>
      </div>
      {error !== null && <p className="form-error">{errorText(error)}</p>}
      {hits?.length === 0 && <p className="empty">No messages found.</p>}
      {hits !== null && hits.length > 0 && (
        <ul className="find-hits">
          {hits.map((hit) => (
            <li key={hit.id}>
              <button type="button" className="find-hit" onClick={() => navigateToMessage(conversationId, hit.seq)}>
                <span className="find-hit-head">
                  <strong>{personName(hit.sender)}</strong>
                  <time dateTime={hit.createdAt}>{activityTime(hit.createdAt)}</time>
                </span>
                <span className="find-hit-text">{hit.text}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function useHits(conversationId: string, query: string): { hits: readonly Message[] | null; error: unknown } {
  const client = useClient();
  const [found, setFound] = useState<{ query: string; hits: readonly Message[] | null; error: unknown } | null>(null);
  useEffect(() => {
    if (query === '') return;
    let isCurrent = true;
    const timer = setTimeout(() => {
      client.searchMessages(query, { conversationId, limit: MAX_RESULTS }).then(
        ({ items }) => {
          if (isCurrent) setFound({ query, hits: items, error: null });
        },
        (error: unknown) => {
          if (isCurrent) setFound({ query, hits: null, error });
        },
      );
    }, DEBOUNCE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, conversationId, query]);
  return query !== '' && found?.query === query ? found : { hits: null, error: null };
}
