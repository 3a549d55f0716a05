import { personName } from '../model/names.js';
import { useSelf } from '../state/client-context.js';
import { CloseIcon, EditIcon, ReplyIcon } from '../ui/icons.js';
import type { ComposerMode } from './composer-mode.js';

/** Shows the message that is edited or replied to, with a button to cancel. */
export function ModeBar({ mode, onClose }: { readonly mode: ComposerMode; readonly onClose: () => void }) {
  const self = useSelf();
  const { kind, message } = mode;
  const name = message.sender.id === self.id ? 'yourself' : personName(message.sender);
  return (
    <div className="mode-bar">
      {kind === 'edit' ? <EditIcon /> : <ReplyIcon />}
      <span className="mode-text">
        <strong>{kind === 'edit' ? 'Edit message' : `Reply to ${name}`}</strong>
        <span className="mode-preview">{message.text}</span>
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={kind === 'edit' ? 'Cancel edit' : 'Cancel reply'}
        onClick={onClose}
      >
        <CloseIcon />
      </button>
    </div>
  );
}
