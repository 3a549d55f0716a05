import type { ConversationState } from '@gochat/client';
import { useEffect, useState } from 'react';

/**
 * The `seq` above which the unread divider is shown, or null for none, and a function that hides it. It is the read marker at
 * the time the conversation was opened, or at the time the page was hidden with everything read.
 */
export function useUnreadFrom({ me }: ConversationState): [number | null, () => void] {
  const [readSeq, setReadSeq] = useState<number | null>(me.unreadCount > 0 ? me.readSeq : null);
  const current = me.readSeq;
  const isAllRead = me.unreadCount === 0;
  useEffect(() => {
    const onVisibilityChange = (): void => {
      if (document.visibilityState === 'hidden' && isAllRead) setReadSeq(current);
    };
    document.addEventListener('visibilitychange', onVisibilityChange);
    return () => document.removeEventListener('visibilitychange', onVisibilityChange);
  }, [current, isAllRead]);
  return [readSeq, () => setReadSeq(null)];
}
