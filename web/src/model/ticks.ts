import type { ChatMessage, ReceiptsState } from '@gochat/client';

/** Delivery state shown beside a message that the user sent. */
export type Tick = 'pending' | 'failed' | 'sent' | 'delivered' | 'read';

/** The last `seq` that all other members have read, and received. */
export interface Reach {
  readonly read: number;
  readonly delivered: number;
}

/** @returns zeros if receipts are not loaded yet, or the conversation has no other member */
export function receiptReach(receipts: ReceiptsState): Reach {
  if (receipts.length === 0) return { read: 0, delivered: 0 };
  return {
    read: Math.min(...receipts.map(({ readSeq }) => readSeq)),
    delivered: Math.min(...receipts.map(({ deliveredSeq }) => deliveredSeq)),
  };
}

export function messageTick({ seq, status }: Pick<ChatMessage, 'seq' | 'status'>, { read, delivered }: Reach): Tick {
  if (status === 'failed') return 'failed';
  if (seq === null || status === 'pending') return 'pending';
  if (seq <= read) return 'read';
  return seq <= delivered ? 'delivered' : 'sent';
}

/** Tooltip and screen reader text of each tick. */
export const TICK_TEXT: Readonly<Record<Tick, string>> = {
  pending: 'Waiting to be sent',
  failed: 'Not sent',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
};
