import type { ConversationState } from '@gochat/client';

import { useTypingText } from '../state/use-typing-text.js';

/** The typing indicator. Its space is reserved while it is empty, so that the layout does not shift. */
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
