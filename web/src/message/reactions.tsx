import type { ChatMessage, Reaction } from '@gochat/client';

import { useClient, useSelf } from '../state/client-context.js';

/** The reactions to a message. A click adds or removes the user's own. */
export function Reactions({ message }: { readonly message: ChatMessage }) {
  const client = useClient();
  const self = useSelf();
  if (message.reactions.length === 0) return null;
  const toggle = ({ emoji, userIds }: Reaction): void => {
    if (userIds.includes(self.id)) client.unreact(message, emoji);
    else client.react(message, emoji);
  };
  return (
    <ul className="reactions" aria-label="Reactions">
      {message.reactions.map((reaction) => {
        const isOwn = reaction.userIds.includes(self.id);
        return (
          <li key={reaction.emoji}>
            <button
              type="button"
              className="reaction"
              aria-pressed={isOwn}
              aria-label={`${reaction.emoji}, ${reaction.count}`}
              onClick={() => toggle(reaction)}
            >
              <span className="emoji">{reaction.emoji}</span>
              {reaction.count > 1 && <span className="reaction-count">{reaction.count}</span>}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
