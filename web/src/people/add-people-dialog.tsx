import { useState } from 'react';

import { useClient } from '../app/client-context.js';
import { errorText } from '../notifications/toasts.js';
import { Dialog } from '../ui/dialog.js';
import { ChosenPeople } from './selected-users.js';
import { PeopleSearch } from './people-search.js';
import { useChosen } from './use-user-selection.js';

export interface AddPeopleDialogProps {
  readonly conversationId: string;
  readonly onClose: () => void;
}

/** Brings people into a group or room. */
export function AddPeopleDialog({ conversationId, onClose }: AddPeopleDialogProps) {
  const client = useClient();
  const { people, ids, toggle } = useChosen();
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
      title="Add people"
      onClose={onClose}
      footer={
        <button type="button" className="button button-primary" disabled={ids.size === 0} onClick={() => void add()}>
          Add
        </button>
      }
    >
      <ChosenPeople people={people} onDrop={toggle} />
      <PeopleSearch onPick={toggle} chosen={ids} />
      {error !== null && (
        <p className="form-error" role="alert">
          {errorText(error)}
        </p>
      )}
    </Dialog>
  );
}
