import type { Message, User } from '@gochat/client';
import { useEffect, useState } from 'react';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { navigateToMessage } from '../navigation/navigate-to-message.js';
import { navigate } from '../navigation/router.js';
import { attempt, errorText } from '../notifications/toasts.js';
import { conversationName, personName } from '../model/names.js';
import { activityTime } from '../model/time.js';
import { Avatar } from '../ui/avatar.js';
import { Spinner } from '../ui/spinner.js';
import { InboxRow } from './inbox-row.js';

/** The search starts this long after the last key press. */
const DEBOUNCE_MS = 250;
const MAX_CONVERSATIONS = 8;
const MAX_USERS = 6;
const MAX_MESSAGES = 30;

interface SearchResult {
  readonly query: string;
  readonly messages: readonly Message[];
  readonly users: readonly User[];
  readonly error: unknown;
}

/** Search results: conversations from the local inbox at once, messages and users from the server. */
export function SearchResults({ query }: { readonly query: string }) {
  const inbox = useValue(useClient().inbox);
  const self = useSelf();
  const found = useSearch(query);
  const needle = query.toLowerCase();
  const conversations = inbox
    .filter((one) => conversationName(one).toLowerCase().includes(needle))
    .slice(0, MAX_CONVERSATIONS);
  const users = found?.users.filter(({ id }) => id !== self.id) ?? [];
  const isEmpty = found && conversations.length + users.length + found.messages.length === 0;
  return (
    <div className="inbox-scroll" aria-busy={!found}>
      {conversations.length > 0 && (
        <Section title="Conversations">
          {conversations.map((conversation) => (
            <InboxRow key={conversation.id} conversation={conversation} isOpen={false} />
          ))}
        </Section>
      )}
      {users.length > 0 && (
        <Section title="Users">
          {users.map((user) => (
            <UserHit key={user.id} user={user} />
          ))}
        </Section>
      )}
      {found && found.messages.length > 0 && (
        <Section title="Messages">
          {found.messages.map((message) => (
            <MessageHit key={message.id} message={message} query={query} />
          ))}
        </Section>
      )}
      {!found && <Spinner label="Searching" />}
      {found?.error != null && <p className="form-error">{errorText(found.error)}</p>}
      {isEmpty && found.error == null && <p className="empty">No results for “{query}”.</p>}
    </div>
  );
}

/** Searches the server. @returns null until the response arrives */
function useSearch(query: string): SearchResult | null {
  const client = useClient();
  const [found, setFound] = useState<SearchResult | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const show = (answer: Omit<SearchResult, 'query'>): void => {
      if (isCurrent) setFound({ query, ...answer });
    };
    const timer = setTimeout(() => {
      Promise.all([
        client.searchMessages(query, { limit: MAX_MESSAGES }),
        client.users.search(query, { limit: MAX_USERS }),
      ]).then(
        ([messages, users]) => show({ messages: messages.items, users: users.items, error: null }),
        (error: unknown) => show({ messages: [], users: [], error }),
      );
    }, DEBOUNCE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, query]);
  return found?.query === query ? found : null;
}

function Section({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section>
      <h2 className="section-title">{title}</h2>
      <ul className="inbox-list">{children}</ul>
    </section>
  );
}

function UserHit({ user }: { readonly user: User }) {
  const client = useClient();
  const open = async (): Promise<void> => {
    const { id } = await client.conversations.createDirect(user.id);
    navigate({ name: 'conversation', id, isInfo: false });
  };
  return (
    <li>
      <button type="button" className="inbox-row" onClick={() => void attempt(open())}>
        <Avatar id={user.id} name={personName(user)} url={user.avatarUrl} />
        <span className="inbox-row-text">
          <span className="inbox-row-name">{personName(user)}</span>
          <span className="inbox-row-preview">@{user.username}</span>
        </span>
      </button>
    </li>
  );
}

function MessageHit({ message, query }: { readonly message: Message; readonly query: string }) {
  const conversation = useValue(useClient().conversation(message.conversationId));
  const sender = personName(message.sender);
  const where = conversation ? conversationName(conversation) : '';
  return (
    <li>
      <button
        type="button"
        className="inbox-row"
        onClick={() => navigateToMessage(message.conversationId, message.seq)}
      >
        <Avatar id={message.sender.id} name={sender} url={message.sender.avatarUrl} />
        <span className="inbox-row-text">
          <span className="inbox-row-line">
            <span className="inbox-row-name">{where === sender || where === '' ? sender : `${sender} · ${where}`}</span>
            <time className="inbox-row-time" dateTime={message.createdAt}>
              {activityTime(message.createdAt)}
            </time>
          </span>
          <span className="inbox-row-preview">{excerpt(message.text, query)}</span>
        </span>
      </button>
    </li>
  );
}

/** The text around the first match. */
function excerpt(text: string, query: string): string {
  const at = text.toLowerCase().indexOf(query.toLowerCase().split(/\s+/)[0] ?? '');
  return at > 40 ? `…${text.slice(at - 24)}` : text;
}
