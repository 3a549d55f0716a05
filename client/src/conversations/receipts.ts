import { Computed, type Observable } from '../observable.js';
import type { ReceiptsState } from '../public-state.js';
import type { StateChange } from '../model/sync-state.js';
import type { Member, Receipt } from '../api-types.js';

interface Markers {
  readonly readSeq: number;
  readonly deliveredSeq: number;
}

interface Entry {
  readonly byUser: Map<string, Markers>;
  readonly state: Computed<ReceiptsState>;
}

/** How far the others have read. In no log: they only move forward, so of two the greater is the newer. */
export class Receipts {
  private readonly entries = new Map<string, Entry>();

  /**
   * @param selfId oneself, who is not shown
   * @param ask fetches them of a conversation that is looked at
   */
  constructor(
    private readonly selfId: () => string | null,
    private readonly ask: (conversationId: string) => Promise<readonly Member[]>,
  ) {}

  of(conversationId: string): Observable<ReceiptsState> {
    return this.entry(conversationId).state;
  }

  /** Conversations that are looked at. */
  watched(): string[] {
    return [...this.entries].filter(([, { state }]) => state.isWatched).map(([id]) => id);
  }

  moved(conversationId: string, userId: string, markers: Partial<Markers>): void {
    const entry = this.entries.get(conversationId);
    if (!entry || userId === this.selfId()) return;
    const held = entry.byUser.get(userId) ?? { readSeq: 0, deliveredSeq: 0 };
    const readSeq = Math.max(held.readSeq, markers.readSeq ?? 0);
    // What is read has arrived.
    const deliveredSeq = Math.max(held.deliveredSeq, markers.deliveredSeq ?? 0, readSeq);
    if (readSeq === held.readSeq && deliveredSeq === held.deliveredSeq) return;
    entry.byUser.set(userId, { readSeq, deliveredSeq });
    entry.state.invalidate();
  }

  told(receipts: readonly Receipt[]): void {
    for (const { conversationId, userId, ...markers } of receipts) this.moved(conversationId, userId, markers);
  }

  /** Who writes has read what stands before; who left is not waited for. */
  take({ conversationId, messages, joined, left }: StateChange): void {
    const entry = this.entries.get(conversationId);
    if (!entry) return;
    for (const { sender, seq } of messages) {
      if (entry.byUser.has(sender.id)) this.moved(conversationId, sender.id, { readSeq: seq });
    }
    for (const { user, readSeq, deliveredSeq } of joined) {
      this.moved(conversationId, user.id, { readSeq, deliveredSeq });
    }
    for (const { userId } of left) if (entry.byUser.delete(userId)) entry.state.invalidate();
  }

  clear(): void {
    for (const { byUser, state } of this.entries.values()) {
      byUser.clear();
      state.invalidate();
    }
  }

  private entry(conversationId: string): Entry {
    const held = this.entries.get(conversationId);
    if (held) return held;
    const byUser = new Map<string, Markers>();
    const compute = (): ReceiptsState =>
      [...byUser]
        .map(([userId, markers]) => ({ conversationId, userId, ...markers }))
        .sort((a, b) => (a.userId < b.userId ? -1 : 1));
    const state = new Computed(compute, { onFirst: () => void this.fetch(conversationId) });
    const entry = { byUser, state };
    this.entries.set(conversationId, entry);
    return entry;
  }

  private async fetch(conversationId: string): Promise<void> {
    try {
      for (const { user, readSeq, deliveredSeq } of await this.ask(conversationId)) {
        this.moved(conversationId, user.id, { readSeq, deliveredSeq });
      }
    } catch {
      // The next sync asks for them again.
    }
  }
}
