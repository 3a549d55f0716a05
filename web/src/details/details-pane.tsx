import type { ConversationState } from '@gochat/client';
import { useState } from 'react';

import { useClient, useValue } from '../state/client-context.js';
import { goBack, navigate } from '../navigation/router.js';
import { attempt } from '../notifications/toasts.js';
import { useConversationName } from '../state/use-conversation-name.js';
import { PeerDetails } from '../users/peer-details.js';
import { Avatar } from '../ui/avatar.js';
import { Confirm } from '../ui/dialog.js';
import { CloseIcon, EditIcon, ExitIcon, TrashIcon } from '../ui/icons.js';
import { EditConversationDialog } from './edit-conversation-dialog.js';
import { MemberSection } from './member-section.js';
import { NotificationSettings } from './notification-settings.js';

/** Details of a conversation: name, topic, notification settings and members. */
export function DetailsPane({ conversation }: { readonly conversation: ConversationState }) {
  const { id, type, peer, topic, me } = conversation;
  const [isEditing, setEditing] = useState(false);
  const name = useConversationName(conversation);
  const canEdit = type !== 'direct' && me.role !== 'member';
  return (
    <aside className="info" aria-label="Details">
      <header className="pane-header">
        <button
          type="button"
          className="icon-button"
          aria-label="Close details"
          onClick={() => goBack({ name: 'conversation', id, isInfo: false })}
        >
          <CloseIcon size={22} />
        </button>
        <h2 className="pane-title">Details</h2>
      </header>
      <div className="info-scroll">
        <div className="info-head">
          <Avatar id={peer?.id ?? id} name={name} url={peer?.avatarUrl} size="l" isRoom={type === 'room'} />
          <p className="info-name">{name}</p>
          {topic !== null && topic !== '' && <p className="info-topic">{topic}</p>}
          {canEdit && (
            <button type="button" className="button button-small" onClick={() => setEditing(true)}>
              <EditIcon size={16} /> Edit
            </button>
          )}
        </div>
        {peer && <PeerDetails peer={peer} />}
        <NotificationSettings conversation={conversation} />
        {!peer && <MemberSection conversation={conversation} />}
        {!peer && <LeaveSection conversation={conversation} />}
      </div>
      {isEditing && <EditConversationDialog conversation={conversation} onClose={() => setEditing(false)} />}
    </aside>
  );
}

function LeaveSection({ conversation }: { readonly conversation: ConversationState }) {
  const client = useClient();
  const { status } = useValue(client.connection);
  const [confirming, setConfirming] = useState<'leave' | 'delete' | null>(null);
  const { id, type, me } = conversation;
  const name = useConversationName(conversation);
  const exit = async (request: Promise<void>): Promise<void> => {
    if (await attempt(request)) navigate({ name: 'inbox' }, { replace: true });
  };
  return (
    <section className="info-section">
      <button
        type="button"
        className="row-button row-button-danger"
        disabled={status !== 'online'}
        onClick={() => setConfirming('leave')}
      >
        <ExitIcon /> Leave {type}
      </button>
      {me.role === 'owner' && (
        <button
          type="button"
          className="row-button row-button-danger"
          disabled={status !== 'online'}
          onClick={() => setConfirming('delete')}
        >
          <TrashIcon /> Delete {type}
        </button>
      )}
      {confirming === 'leave' && (
        <Confirm
          title={`Leave ${name}?`}
          text={type === 'room' ? 'You can join again at any time.' : 'To return, ask a member to add you.'}
          action="Leave"
          onConfirm={() => void exit(client.conversations.leave(id))}
          onClose={() => setConfirming(null)}
        />
      )}
      {confirming === 'delete' && (
        <Confirm
          title={`Delete ${name}?`}
          text="This deletes all messages for all members. You cannot undo this."
          action="Delete"
          onConfirm={() => void exit(client.conversations.delete(id))}
          onClose={() => setConfirming(null)}
        />
      )}
    </section>
  );
}
