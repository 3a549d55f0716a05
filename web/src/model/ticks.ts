import type { ChatMessage, ReceiptsState } from '@gochat/client';

/** What stands behind one's own message. */
export type Tick = 'pending' | 'failed' | 'sent' | 'delivered' | 'read';

/** Up to where all others have read, and got: of more than one, what the last of them has. */
export interface Reach {
  readonly read: number;
  readonly delivered: number;
}

/** @returns zeros while nothing is known, or nobody else is there */
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

/** What a tick means, for who cannot see it. */
export const TICK_TEXT: Readonly<Record<Tick, string>> = {
  pending: 'Waiting to be sent',
  failed: 'Not sent',
  sent: 'Sent',
  delivered: 'Delivered',
  read: 'Read',
};
