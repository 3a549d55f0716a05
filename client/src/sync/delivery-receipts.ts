import type { StateChange, SyncState } from '../model/sync-state.js';
import type { Outbox } from './outbox.js';

/** Messages that arrive within this time share one receipt. Milliseconds. */
const FLUSH_DELAY_MS = 200;
/** The server sends no receipts in larger conversations. */
const MEMBERS_MAX = 100;

/**
 * Reports the messages that arrived on this device. `ClientCore` calls it with each state change, unless the option
 * `marksDelivered` is false.
 */
export class DeliveryReceipts {
  private readonly conversationIds = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly syncState: () => SyncState,
    private readonly outbox: Pick<Outbox, 'mark'>,
  ) {}

  onStateChange({ conversationId, newFromOthers, kind }: StateChange): void {
    if (newFromOthers.length === 0 && kind !== 'reset') return;
    this.conversationIds.add(conversationId);
    this.timer ??= setTimeout(() => this.flush(), FLUSH_DELAY_MS);
  }

  private flush(): void {
    this.timer = undefined;
    for (const conversationId of this.conversationIds) {
      const conversation = this.syncState().get(conversationId);
      const seq = conversation?.tail.items.at(-1)?.seq ?? 0;
      if (!conversation || conversation.me.deliveredSeq >= seq || conversation.shared.memberCount > MEMBERS_MAX)
        continue;
      this.outbox.mark({ conversationId, kind: 'delivered', seq });
    }
    this.conversationIds.clear();
  }
}
