import type { Person } from '../api-types.js';
import type { OutboxQueue } from '../model/outbox-queue.js';
import { byActivity, conversationView } from '../model/selectors.js';
import type { SyncState } from '../model/sync-state.js';
import { Computed, type Observable } from '../observable.js';
import type { ConversationState } from '../public-state.js';

/**
 * The conversations as the app sees them, sorted. An unchanged conversation keeps its identity. `ClientCore`
 * invalidates an entry when its conversation or a pending operation of it changes.
 */
export class Inbox {
  private readonly views = new Map<string, ConversationState>();
  private readonly singles = new Map<string, Computed<ConversationState | null>>();
  private readonly sorted = new Computed<readonly ConversationState[]>(() =>
    [...this.syncState().all()]
      .map(({ shared }) => this.view(shared.id))
      .filter((view) => view !== null)
      .sort(byActivity),
  );

  constructor(
    private readonly syncState: () => SyncState,
    private readonly queue: OutboxQueue,
    private readonly self: () => Person,
  ) {}

  get all(): Observable<readonly ConversationState[]> {
    return this.sorted;
  }

  of(id: string): Observable<ConversationState | null> {
    const single = this.singles.get(id) ?? new Computed(() => this.view(id));
    this.singles.set(id, single);
    return single;
  }

  invalidate(id: string): void {
    this.views.delete(id);
    this.singles.get(id)?.invalidate();
    this.sorted.invalidate();
  }

  /** The state was replaced, for another user. */
  invalidateAll(): void {
    this.views.clear();
    for (const single of this.singles.values()) single.invalidate();
    this.sorted.invalidate();
  }

  private view(id: string): ConversationState | null {
    const cached = this.views.get(id);
    if (cached) return cached;
    const conversation = this.syncState().get(id);
    if (!conversation) return null;
    const view = conversationView(conversation, this.queue, this.self());
    this.views.set(id, view);
    return view;
  }
}
