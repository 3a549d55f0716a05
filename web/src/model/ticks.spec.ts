import { describe, expect, it } from '@jest/globals';

import { messageTick, receiptReach } from './ticks.js';

const receipt = (
  readSeq: number,
  deliveredSeq: number,
): { conversationId: string; userId: string; readSeq: number; deliveredSeq: number } => ({
  conversationId: 'c',
  userId: String(readSeq),
  readSeq,
  deliveredSeq,
});

describe('messageTick', () => {
  it('is read, or delivered, once every other member has read or received the message', () => {
    const reach = receiptReach([receipt(3, 5), receipt(2, 4)]);
    const tick = (seq: number): string => messageTick({ seq, status: 'sent' }, reach);
    expect([2, 3, 4, 5].map(tick)).toEqual(['read', 'delivered', 'delivered', 'sent']);
  });

  it('is pending until the server stores the message, and failed if the server rejects it', () => {
    const reach = receiptReach([]);
    expect(messageTick({ seq: null, status: 'pending' }, reach)).toBe('pending');
    expect(messageTick({ seq: null, status: 'failed' }, reach)).toBe('failed');
    expect(messageTick({ seq: 1, status: 'sent' }, reach)).toBe('sent');
  });
});
