import type { Reply } from '@gochat/client';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { avatarHue, personName } from '../model/names.js';

/** What a message answers; a click goes there. */
export function Quote({ reply, onJump }: { readonly reply: Reply; readonly onJump: (seq: number) => void }) {
  const self = useSelf();
  const sender = useValue(useClient().person(reply.senderId));
  return (
    <button type="button" className={`quote hue-${avatarHue(reply.senderId)}`} onClick={() => onJump(reply.seq)}>
      <span className="quote-sender">{reply.senderId === self.id ? 'You' : personName(sender)}</span>
      <span className="quote-text">{reply.preview === '' ? 'Message deleted' : reply.preview}</span>
    </button>
  );
}
