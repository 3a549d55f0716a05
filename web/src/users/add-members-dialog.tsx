import { useState } from 'react';

import { useClient } from '../state/client-context.js';
import { errorText } from '../notifications/toasts.js';
import { Dialog } from '../ui/dialog.js';
import { SelectedUsers } from './selected-users.js';
import { UserSearch } from './user-search.js';
import { useUserSelection } from './use-user-selection.js';

export interface AddMembersDialogProps {
  readonly conversationId: string;
  readonly onClose: () => void;
}

/** Adds users to a group or room. */
export function AddMembersDialog({ conversationId, onClose }: AddMembersDialogProps) {
  const client = useClient();
  const { users, ids, toggle } = useUserSelection();
  const [error, setError] = useState<unknown>(null);
  const add = async (): Promise<void> => {
    try {
      await client.conversations.addMembers(conversationId, [...ids]);
      onClose();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog
      title="Add members"
      onClose={onClose}
      footer={
        <button type="button" className="button button-primary" disabled={ids.size === 0} onClick={() => void add()}>
          Add
        </button>
      }
    >
      <SelectedUsers users={users} onRemove={toggle} />
      <UserSearch onPick={toggle} selected={ids} />
      {error !== null && (
        <p className="form-error" role="alert">
          {errorText(error)}
        </p>
      )}
    </Dialog>
  );
}
