import type { ChatMessage } from '@gochat/client';

/** Set while the user replies to a message or edits one; a new message has no mode. */
export interface ComposerMode {
  readonly kind: 'reply' | 'edit';
  readonly message: ChatMessage;
}
