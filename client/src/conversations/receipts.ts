import type { Member, Receipt } from '../api-types.js';
import type { StateChange } from '../model/sync-state.js';
import { Computed, type Observable } from '../observable.js';
import type { ReceiptsState } from '../public-state.js';

interface Markers {
  readonly readSeq: number;
  readonly deliveredSeq: number;
}

interface Entry {
  readonly byUser: Map<string, Markers>;
  readonly state: Computed<ReceiptsState>;
}

/**
 * The read and delivery markers of the other members. They have no revision: markers only move forward, so that the
 * greater of two is the newer. `GoChatClient` hands them out; `ClientCore` applies events and sync results.
 */
export class Receipts {
  private readonly entries = new Map<string, Entry>();

  /**
   * @param selfId the logged-in user, who is not listed
   * @param fetchMembers loads the markers of a conversation at the first subscription
   */
  constructor(
    private readonly selfId: () => string | null,
    private readonly fetchMembers: (conversationId: string) => Promise<readonly Member[]>,
  ) {}

  of(conversationId: string): Observable<ReceiptsState> {
    return this.entry(conversationId).state;
  }

  /** Conversations with subscribers; syncs request their receipts. */
  watchedConversations(): string[] {
    return [...this.entries].filter(([, { state }]) => state.hasSubscribers).map(([id]) => id);
  }

  moveMarkers(conversationId: string, userId: string, markers: Partial<Markers>): void {
    const entry = this.entries.get(conversationId);
    if (!entry || userId === this.selfId()) return;
    const current = entry.byUser.get(userId) ?? { readSeq: 0, deliveredSeq: 0 };
    const readSeq = Math.max(current.readSeq, markers.readSeq ?? 0);
    // A read message has been delivered.
    const deliveredSeq = Math.max(current.deliveredSeq, markers.deliveredSeq ?? 0, readSeq);
    if (readSeq === current.readSeq && deliveredSeq === current.deliveredSeq) return;
    entry.byUser.set(userId, { readSeq, deliveredSeq });
    entry.state.invalidate();
  }

  applyReceipts(receipts: readonly Receipt[]): void {
    for (const { conversationId, userId, ...markers } of receipts) this.moveMarkers(conversationId, userId, markers);
  }

  /** A sender has read everything before their message; members who left are removed. */
  onStateChange({ conversationId, messages, joined, left }: StateChange): void {
    const entry = this.entries.get(conversationId);
    if (!entry) return;
    for (const { sender, seq } of messages) {
      if (entry.byUser.has(sender.id)) this.moveMarkers(conversationId, sender.id, { readSeq: seq });
    }
    for (const { user, readSeq, deliveredSeq } of joined) {
      this.moveMarkers(conversationId, user.id, { readSeq, deliveredSeq });
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
    const current = this.entries.get(conversationId);
    if (current) return current;
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
      for (const { user, readSeq, deliveredSeq } of await this.fetchMembers(conversationId)) {
        this.moveMarkers(conversationId, user.id, { readSeq, deliveredSeq });
      }
    } catch {
      // The next sync asks for them again.
    }
  }
}
