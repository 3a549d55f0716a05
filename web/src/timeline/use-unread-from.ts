import type { ConversationState } from '@gochat/client';
import { useEffect, useState } from 'react';

/**
 * Where the line before new messages stands: after what was read when the conversation was opened, or when one looked
 * away. Null draws none.
 */
export function useUnreadFrom({ me }: ConversationState): [number | null, () => void] {
  const [readSeq, setReadSeq] = useState<number | null>(me.unreadCount > 0 ? me.readSeq : null);
  const current = me.readSeq;
  const isAllRead = me.unreadCount === 0;
  useEffect(() => {
    const away = (): void => {
      if (document.visibilityState === 'hidden' && isAllRead) setReadSeq(current);
    };
    document.addEventListener('visibilitychange', away);
    return () => document.removeEventListener('visibilitychange', away);
  }, [current, isAllRead]);
  return [readSeq, () => setReadSeq(null)];
}
