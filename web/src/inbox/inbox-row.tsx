import type { ChatMessage, ConversationState } from '@gochat/client';
import { memo } from 'react';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { useDraftTexts } from '../state/use-drafts.js';
import { navigate } from '../navigation/router.js';
import { useConversationName } from '../state/use-conversation-name.js';
import { isMuted } from '../model/muted.js';
import { personName } from '../model/names.js';
import { pathOf } from '../model/route.js';
import { activityTime, fullTime } from '../model/time.js';
import { Avatar } from '../ui/avatar.js';
import { BellOffIcon, PinIcon } from '../ui/icons.js';
import { useTypingText } from '../state/use-typing-text.js';

export interface InboxRowProps {
  readonly conversation: ConversationState;
  readonly isOpen: boolean;
}

/** A conversation in the inbox: its name, last message and number of unread messages. */
export const InboxRow = memo(function InboxRow({ conversation, isOpen }: InboxRowProps) {
  const { id, type, peer, me, activeAt } = conversation;
  const name = useConversationName(conversation);
  const isSilent = isMuted(me);
  const target = { name: 'conversation', id, isInfo: false } as const;
  return (
    <li>
      <a
        href={pathOf(target)}
        className="inbox-row"
        aria-current={isOpen ? 'page' : undefined}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          navigate(target);
        }}
      >
        {peer ? (
          <PeerAvatar id={peer.id} name={name} url={peer.avatarUrl} />
        ) : (
          <Avatar id={id} name={name} isRoom={type === 'room'} />
        )}
        <span className="inbox-row-text">
          <span className="inbox-row-line">
            <span className="inbox-row-name">{name}</span>
            {me.pinned && <PinIcon size={14} />}
            {isSilent && <BellOffIcon size={14} />}
            <time className="inbox-row-time" dateTime={activeAt} title={fullTime(activeAt)}>
              {activityTime(activeAt)}
            </time>
          </span>
          <span className="inbox-row-line">
            <span className="inbox-row-preview">
              <Preview conversation={conversation} isOpen={isOpen} />
            </span>
            {me.unreadCount > 0 && (
              <span className={isSilent ? 'badge badge-quiet' : 'badge'}>
                {me.unreadCount > 99 ? '99+' : me.unreadCount}
                <span className="visually-hidden"> unread</span>
              </span>
            )}
          </span>
        </span>
      </a>
    </li>
  );
});

function PeerAvatar({ id, name, url }: { readonly id: string; readonly name: string; readonly url: string | null }) {
  const presence = useValue(useClient().presence(id));
  const isOnline = presence?.online ?? false;
  return (
    <>
      <Avatar id={id} name={name} url={url} isOnline={isOnline} />
      {isOnline && <span className="visually-hidden">online, </span>}
    </>
  );
}

function Preview({ conversation, isOpen }: InboxRowProps) {
  const self = useSelf();
  const typing = useTypingText(conversation.id, conversation.type === 'direct');
  const draft = useDraftTexts()[conversation.id] ?? '';
  const { lastMessage, type } = conversation;
  if (typing !== '') return <span className="preview-typing">{typing}</span>;
  if (draft !== '' && !isOpen) {
    return (
      <>
        <span className="preview-draft">Draft:</span> {draft}
      </>
    );
  }
  if (!lastMessage) return <>{conversation.topic ?? 'No messages yet'}</>;
  const isOwn = lastMessage.sender.id === self.id;
  const from = isOwn ? 'You: ' : type === 'direct' ? '' : `${personName(lastMessage.sender)}: `;
  return <>{from + previewText(lastMessage)}</>;
}

const previewText = ({ deletedAt, text }: ChatMessage): string => (deletedAt === null ? text : 'Message deleted');
