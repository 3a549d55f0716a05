import type { Conversation } from '@gochat/client';
import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { navigate } from '../navigation/router.js';
import { errorText } from '../notifications/toasts.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';
import { GroupIcon, HashIcon, PersonIcon } from '../ui/icons.js';
import { Tabs } from '../ui/tabs.js';
import { SelectedUsers } from './selected-users.js';
import { UserSearch } from './user-search.js';
import { useUserSelection } from './use-user-selection.js';

type Kind = 'direct' | 'group' | 'room';

interface FormProps {
  /** Makes the conversation, and opens it. */
  readonly onMake: (conversation: Promise<Conversation>) => void;
}

/** Begins a conversation: with one, with several, or in the open. */
export function NewChatDialog({ onClose }: { readonly onClose: () => void }) {
  const [kind, setKind] = useState<Kind>('direct');
  const [error, setError] = useState<unknown>(null);
  const make = async (made: Promise<Conversation>): Promise<void> => {
    try {
      const { id } = await made;
      onClose();
      navigate({ name: 'conversation', id, isInfo: false });
    } catch (failure) {
      setError(failure);
    }
  };
  const onMake = (made: Promise<Conversation>): void => void make(made);
  return (
    <Dialog title="New chat" onClose={onClose}>
      <Tabs
        label="Kind of conversation"
        value={kind}
        onValue={setKind}
        options={[
          { value: 'direct', label: 'Direct', icon: <PersonIcon size={18} /> },
          { value: 'group', label: 'Group', icon: <GroupIcon size={18} /> },
          { value: 'room', label: 'Room', icon: <HashIcon size={18} /> },
        ]}
      />
      {kind === 'direct' && <DirectForm onMake={onMake} />}
      {kind === 'group' && <GroupForm onMake={onMake} />}
      {kind === 'room' && <RoomForm onMake={onMake} />}
      {error !== null && (
        <p className="form-error" role="alert">
          {errorText(error)}
        </p>
      )}
    </Dialog>
  );
}

function DirectForm({ onMake }: FormProps) {
  const client = useClient();
  return <UserSearch onPick={({ id }) => onMake(client.conversations.createDirect(id))} />;
}

function GroupForm({ onMake }: FormProps) {
  const client = useClient();
  const [title, setTitle] = useState('');
  const { users: people, ids, toggle } = useUserSelection();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onMake(client.conversations.createGroup({ title: title.trim() || null, memberIds: [...ids] }));
  };
  return (
    <form className="stack" onSubmit={submit}>
      <Field label="Name of the group" value={title} onValue={setTitle} maxLength={100} />
      <SelectedUsers people={people} onDrop={toggle} />
      <UserSearch onPick={toggle} selected={ids} />
      <button type="submit" className="button button-primary button-wide" disabled={ids.size === 0}>
        Create group
      </button>
    </form>
  );
}

function RoomForm({ onMake }: FormProps) {
  const client = useClient();
  const [title, setTitle] = useState('');
  const [topic, setTopic] = useState('');
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onMake(client.conversations.createRoom({ title: title.trim(), topic: topic.trim() || null }));
  };
  return (
    <form className="stack" onSubmit={submit}>
      <p className="field-hint">Everybody can find a room, and join it.</p>
      <Field label="Name of the room" value={title} onValue={setTitle} required maxLength={100} />
      <Field label="What it is about" value={topic} onValue={setTopic} maxLength={250} />
      <button type="submit" className="button button-primary button-wide" disabled={title.trim() === ''}>
        Create room
      </button>
    </form>
  );
}
