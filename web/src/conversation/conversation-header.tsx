import type { ConversationState } from '@gochat/client';

import { useClient, useValue } from '../state/client-context.js';
import { useConversationName } from '../state/use-conversation-name.js';
import { lastSeen } from '../model/time.js';
import { Avatar } from '../ui/avatar.js';
import { InfoIcon, SearchIcon } from '../ui/icons.js';
import { PaneHeader } from '../ui/pane-header.js';

export interface ConversationHeaderProps {
  readonly conversation: ConversationState;
  readonly onSearch: () => void;
  readonly onInfo: () => void;
}

/** Name of the conversation, with the other user's presence, or the member count and topic. */
export function ConversationHeader({ conversation, onSearch, onInfo }: ConversationHeaderProps) {
  const { id, type, peer, memberCount, topic } = conversation;
  const name = useConversationName(conversation);
  return (
    <PaneHeader
      parent={{ name: 'inbox' }}
      actions={
        <>
          <button
            type="button"
            className="icon-button"
            aria-label="Search in this conversation"
            title="Search"
            onClick={onSearch}
          >
            <SearchIcon size={22} />
          </button>
          <button type="button" className="icon-button" aria-label="Details" title="Details" onClick={onInfo}>
            <InfoIcon size={22} />
          </button>
        </>
      }
    >
      <button type="button" className="title-button" onClick={onInfo}>
        <Avatar id={peer?.id ?? id} name={name} url={peer?.avatarUrl} size="s" isRoom={type === 'room'} />
        <span className="title-text">
          <h1 className="title-name">{name}</h1>
          <span className="title-note">
            {peer ? <PeerStatus userId={peer.id} /> : <>{memberNote(memberCount, topic)}</>}
          </span>
        </span>
      </button>
    </PaneHeader>
  );
}

const memberNote = (count: number, topic: string | null): string =>
  `${count} ${count === 1 ? 'member' : 'members'}${topic === null || topic === '' ? '' : ` · ${topic}`}`;

function PeerStatus({ userId }: { readonly userId: string }) {
  const presence = useValue(useClient().presence(userId));
  if (!presence) return null;
  return presence.online ? <span className="online-text">online</span> : <>{lastSeen(presence.lastSeenAt)}</>;
}
