import type { Conversation } from '@gochat/client';
import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { navigate } from '../navigation/router.js';
import { errorText } from '../notifications/toasts.js';
import { useLimits } from '../state/use-limits.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { GroupIcon, HashIcon, PersonIcon } from '../ui/icons.js';
import { Tabs } from '../ui/tabs.js';
import { SelectedUsers } from './selected-users.js';
import { UserSearch } from './user-search.js';
import { useUserSelection } from './use-user-selection.js';

type Kind = 'direct' | 'group' | 'room';

interface FormProps {
  /** Opens the conversation once the server has created it. */
  readonly onCreate: (creation: Promise<Conversation>) => void;
}

/** Creates a direct conversation, a group or a room. */
export function NewChatDialog({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<Kind>('direct');
  const [error, setError] = useState<unknown>(null);
  const openCreated = async (creation: Promise<Conversation>): Promise<void> => {
    try {
      const { id } = await creation;
      onClose();
      navigate({ name: 'conversation', id, isInfo: false });
    } catch (failure) {
      setError(failure);
    }
  };
  const onCreate = (creation: Promise<Conversation>): void => void openCreated(creation);
  return (
    <Dialog title="New chat" onClose={onClose}>
      <Tabs
        label="Conversation type"
        value={kind}
        onValue={setKind}
        options={[
          { value: 'direct', label: 'Direct', icon: <PersonIcon size={18} /> },
          { value: 'group', label: 'Group', icon: <GroupIcon size={18} /> },
          { value: 'room', label: 'Room', icon: <HashIcon size={18} /> },
        ]}
      />
      {kind === 'direct' && <DirectForm onCreate={onCreate} />}
      {kind === 'group' && <GroupForm onCreate={onCreate} />}
      {kind === 'room' && <RoomForm onCreate={onCreate} />}
      {error !== null && (
        <p className="form-error" role="alert">
          {errorText(error)}
        </p>
      )}
    </Dialog>
  );
}

function DirectForm({ onCreate }: FormProps) {
  const client = useClient();
  return <UserSearch onPick={({ id }) => onCreate(client.conversations.createDirect(id))} />;
}

function GroupForm({ onCreate }: FormProps) {
  const client = useClient();
  const limits = useLimits()?.conversation;
  const [title, setTitle] = useState('');
  const { users, ids, toggle } = useUserSelection();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onCreate(client.conversations.createGroup({ title: title.trim() || null, memberIds: [...ids] }));
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field label="Group name (optional)" value={title} onValue={setTitle} maxLength={limits?.titleMaxLength} />
      <SelectedUsers users={users} onRemove={toggle} />
      <UserSearch onPick={toggle} selected={ids} />
      <button type="submit" className="button button-primary button-wide" disabled={ids.size === 0}>
        Create group
      </button>
    </form>
  );
}

function RoomForm({ onCreate }: FormProps) {
  const client = useClient();
  const limits = useLimits()?.conversation;
  const [title, setTitle] = useState('');
  const [topic, setTopic] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onCreate(client.conversations.createRoom({ title: title.trim(), topic: topic.trim() || null }));
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p className="field-hint">Anyone can find and join a room.</p>
      <Field label="Room name" value={title} onValue={setTitle} required maxLength={limits?.titleMaxLength} />
      <Field label="Topic (optional)" value={topic} onValue={setTopic} maxLength={limits?.topicMaxLength} />
      <button type="submit" className="button button-primary button-wide" disabled={title.trim() === ''}>
        Create room
      </button>
    </form>
  );
}
