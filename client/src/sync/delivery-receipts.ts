import type { StateChange, SyncState } from '../model/sync-state.js';
import type { Outbox } from './outbox.js';

/** What arrives together is told together. */
const COLLECT_MS = 200;
/** In larger conversations nobody is told. */
const MEMBERS_MAX = 100;

/** Tells the server what has arrived on this device. */
export class DeliveryReceipts {
  private readonly ids = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly world: () => SyncState,
    private readonly outbox: Pick<Outbox, 'mark'>,
  ) {}

  take({ conversationId, fresh, kind }: StateChange): void {
    if (fresh.length === 0 && kind !== 'reset') return;
    this.ids.add(conversationId);
    this.timer ??= setTimeout(() => this.tell(), COLLECT_MS);
  }

  private tell(): void {
    this.timer = undefined;
    for (const conversationId of this.ids) {
      const copy = this.world().get(conversationId);
      const seq = copy?.tail.items.at(-1)?.seq ?? 0;
      if (!copy || copy.me.deliveredSeq >= seq || copy.shared.memberCount > MEMBERS_MAX) continue;
      this.outbox.mark({ conversationId, kind: 'delivered', seq });
    }
    this.ids.clear();
  }
}
