import type { Reply } from '@gochat/client';

import { useClient, useSelf, useValue } from '../state/client-context.js';
import { avatarHue, personName } from '../model/names.js';

/** Preview of the message that is replied to. A click scrolls to it. */
export function Quote({ reply, onNavigate }: { readonly reply: Reply; readonly onNavigate: (seq: number) => void }) {
  const self = useSelf();
  const sender = useValue(useClient().person(reply.senderId));
  return (
    <button type="button" className={`quote hue-${avatarHue(reply.senderId)}`} onClick={() => onNavigate(reply.seq)}>
      <span className="quote-sender">{reply.senderId === self.id ? 'You' : personName(sender)}</span>
      <span className="quote-text">{reply.preview === '' ? 'Message deleted' : reply.preview}</span>
    </button>
  );
}
