import type { ConversationState } from '@gochat/client';

import { useConversationName } from '../state/use-conversation-name.js';
import { Avatar } from '../ui/avatar.js';

/** Shown above the first message: avatar, name and topic of the conversation. */
export function ConversationStart({ conversation }: { readonly conversation: ConversationState }) {
  const { id, type, peer, topic } = conversation;
  const name = useConversationName(conversation);
  return (
    <div className="intro">
      <Avatar id={peer?.id ?? id} name={name} url={peer?.avatarUrl} size="l" isRoom={type === 'room'} />
      <p className="intro-name">{name}</p>
      <p className="intro-text">
        {type === 'direct'
          ? `This is the beginning of your conversation with ${name}.`
          : (topic ?? `This is the beginning of ${name}.`)}
      </p>
    </div>
  );
}
