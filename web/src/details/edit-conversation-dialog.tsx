import type { ConversationState } from '@gochat/client';
import { type SubmitEvent, useState } from 'react';

import { useClient } from '../state/client-context.js';
import { errorText } from '../notifications/toasts.js';
import { useLimits } from '../state/use-limits.js';
import { Dialog } from '../ui/dialog.js';
import { Field } from '../ui/field.js';

export interface EditConversationDialogProps {
  readonly conversation: ConversationState;
  readonly onClose: () => void;
}

/** Edits the name and topic of a group or room. */
export function EditConversationDialog({ conversation, onClose }: EditConversationDialogProps) {
  const client = useClient();
  const limits = useLimits()?.conversation;
  const [title, setTitle] = useState(conversation.title ?? '');
  const [topic, setTopic] = useState(conversation.topic ?? '');
  const [error, setError] = useState<unknown>(null);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    try {
      await client.conversations.update(conversation.id, { title: title.trim(), topic: topic.trim() || null });
      onClose();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Dialog title={conversation.type === 'room' ? 'Edit room' : 'Edit group'} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <Field label="Name" value={title} onValue={setTitle} required maxLength={limits?.titleMaxLength} />
        <Field label="Topic" value={topic} onValue={setTopic} maxLength={limits?.topicMaxLength} />
        {error !== null && (
          <p className="form-error" role="alert">
            {errorText(error)}
          </p>
        )}
        <button type="submit" className="button button-primary button-wide">
          Save
        </button>
      </form>
    </Dialog>
  );
}
