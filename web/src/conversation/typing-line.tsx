import type { ConversationState } from '@gochat/client';

import { useTypingText } from '../state/use-typing-text.js';

/** Who types; its place is always there, so that nothing moves. */
export function TypingLine({ conversation }: { readonly conversation: ConversationState }) {
  const text = useTypingText(conversation.id);
  return (
    <p className="typing-line" aria-live="off">
      {text !== '' && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <span />
            <span />
            <span />
          </span>
          {text}
        </>
      )}
    </p>
  );
}
