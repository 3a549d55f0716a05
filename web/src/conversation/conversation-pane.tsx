import type { ChatMessage, ConversationState } from '@gochat/client';
import { useCallback, useEffect, useState } from 'react';

import { useClient, useValue } from '../state/client-context.js';
import { navigate } from '../navigation/router.js';
import { personName } from '../model/names.js';
import { ProfileDialog } from '../users/profile-dialog.js';
import { shownProfile } from '../users/profile-dialog-state.js';
import { Composer } from '../composer/composer.js';
import type { ComposerMode } from '../composer/composer-mode.js';
import { ConversationHeader } from './conversation-header.js';
import { ConversationSearch } from './conversation-search.js';
import { DetailsPane } from '../details/details-pane.js';
import { RoomPreview } from '../rooms/room-preview.js';
import { Timeline } from '../timeline/timeline.js';
import { TypingLine } from './typing-line.js';

export interface ConversationPaneProps {
  readonly conversationId: string;
  readonly isInfo: boolean;
}

/** The open conversation. Non-members see a preview if it is a room. */
export function ConversationPane({ conversationId, isInfo }: ConversationPaneProps) {
  const conversation = useValue(useClient().conversation(conversationId));
  if (!conversation) return <RoomPreview conversationId={conversationId} />;
  return <OpenConversation conversation={conversation} isInfo={isInfo} />;
}

function OpenConversation({ conversation, isInfo }: { conversation: ConversationState; isInfo: boolean }) {
  const { id } = conversation;
  const [mode, setMode] = useState<ComposerMode | null>(null);
  const [sentCount, setSentCount] = useState(0);
  const [isSearching, setSearching] = useState(false);
  const profile = useValue(shownProfile);
  const onReply = useCallback((message: ChatMessage) => setMode({ kind: 'reply', message }), []);
  const onEdit = useCallback((message: ChatMessage) => setMode({ kind: 'edit', message }), []);
  return (
    <div className="conversation" data-info={isInfo}>
      <section className="conversation-main" aria-label="Conversation">
        <ConversationHeader
          conversation={conversation}
          onSearch={() => setSearching(!isSearching)}
          onInfo={() => navigate({ name: 'conversation', id, isInfo: !isInfo }, { replace: isInfo })}
        />
        {isSearching && <ConversationSearch conversationId={id} onClose={() => setSearching(false)} />}
        <Timeline conversation={conversation} sentCount={sentCount} onReply={onReply} onEdit={onEdit} />
        <TypingLine conversation={conversation} />
        <Composer conversation={conversation} mode={mode} onMode={setMode} onSent={() => setSentCount(sentCount + 1)} />
        <Announcer conversationId={id} />
      </section>
      {isInfo && <DetailsPane conversation={conversation} />}
      {profile !== null && <ProfileDialog key={profile} userId={profile} />}
    </div>
  );
}

/** Announces new messages to screen readers, including those outside the view. */
function Announcer({ conversationId }: { readonly conversationId: string }) {
  const client = useClient();
  const [announcement, setAnnouncement] = useState('');
  useEffect(
    () =>
      client.on('message', ({ message, isLive }) => {
        if (isLive && message.conversationId === conversationId)
          setAnnouncement(`${personName(message.sender)}: ${message.text}`);
      }),
    [client, conversationId],
  );
  return (
    <p className="visually-hidden" aria-live="polite">
      {announcement}
    </p>
  );
}
