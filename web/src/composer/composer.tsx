import type { ConversationState } from '@gochat/client';

import { useClient } from '../state/client-context.js';
import { useConversationName } from '../state/use-conversation-name.js';
import { SendIcon } from '../ui/icons.js';
import type { ComposerMode } from './composer-mode.js';
import { EmojiButton } from './emoji-button.js';
import { MentionList } from './mention-list.js';
import { ModeBar } from './mode-bar.js';
import { useComposer } from './use-composer.js';

export interface ComposerProps {
  readonly conversation: ConversationState;
  readonly mode: ComposerMode | null;
  readonly onMode: (mode: ComposerMode | null) => void;
  readonly onSent: () => void;
}

/**
 * Message composer. Enter sends, Shift+Enter inserts a line break, Esc cancels a reply or an edit, and ArrowUp in an empty
 * composer edits the user's last message.
 */
export function Composer({ conversation, mode, onMode, onSent }: ComposerProps) {
  const { id } = conversation;
  const client = useClient();
  const name = useConversationName(conversation);
  const { input, text, mentions, canSend, remaining, ...composer } = useComposer({
    conversationId: id,
    mode,
    onMode,
    onSent,
  });
  const hasMentions = mentions.candidates.length > 0;
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        composer.send();
      }}
    >
      {mode && <ModeBar mode={mode} onClose={() => onMode(null)} />}
      {hasMentions && (
        <MentionList
          candidates={mentions.candidates}
          selected={mentions.selected}
          onPick={(member) => mentions.pick(member, composer.insert)}
        />
      )}
      <div className="composer-row">
        <EmojiButton onPick={composer.insertAtCaret} />
        <textarea
          ref={input}
          className="composer-input"
          rows={1}
          placeholder={`Message ${name}`}
          aria-label="Message"
          aria-autocomplete="list"
          aria-controls={hasMentions ? 'mention-list' : undefined}
          aria-activedescendant={hasMentions ? `mention-${mentions.selected}` : undefined}
          enterKeyHint="send"
          dir="auto"
          value={text}
          onChange={(event) => composer.write(event.target.value)}
          onKeyDown={composer.onKeyDown}
          onBlur={() => client.stopTyping(id)}
        />
        {remaining !== null && (
          <span className={remaining < 0 ? 'composer-count composer-count-over' : 'composer-count'} role="status">
            {remaining}
          </span>
        )}
        <button
          type="submit"
          className="send-button"
          aria-label={mode?.kind === 'edit' ? 'Save' : 'Send'}
          disabled={!canSend}
        >
          <SendIcon size={22} />
        </button>
      </div>
    </form>
  );
}
