import type { OutboxEntry } from '../public-state.js';
import type { CachedConversation } from './cached-conversation.js';
import { isChange, type Pending, type PendingChange, type PendingSend } from './pending-operation.js';

/**
 * The pending operations, in order. Within a conversation they are sent one after the other; conversations do not wait
 * for each other. `Outbox` owns it; the inbox and the lists read it to show pending changes.
 */
export class OutboxQueue {
  /** Ascending by `order`. */
  private items: readonly Pending[] = [];

  get all(): readonly Pending[] {
    return this.items;
  }

  get nextOrder(): number {
    return (this.items.at(-1)?.order ?? 0) + 1;
  }

  get(id: string): Pending | undefined {
    return this.items.find((item) => item.id === id);
  }

  /** Adds an operation, or replaces the one with the same id. */
  put(pending: Pending): void {
    const others = this.items.filter(({ id }) => id !== pending.id);
    this.items = [...others, pending].sort((a, b) => a.order - b.order);
  }

  remove(id: string): void {
    this.items = this.items.filter((item) => item.id !== id);
  }

  /** The next operation to send of each conversation. Failed sends are skipped. */
  heads(): Pending[] {
    const heads = new Map<string, Pending>();
    for (const item of this.items) {
      const waits = item.acknowledged === null && item.error === null;
      if (waits && !heads.has(item.conversationId)) heads.set(item.conversationId, item);
    }
    return [...heads.values()];
  }

  /** Pending changes to messages of a conversation. */
  changes(conversationId: string): PendingChange[] {
    return this.items.filter(isChange).filter((item) => item.conversationId === conversationId);
  }

  /** Pending and failed messages of a conversation. */
  sends(conversationId: string): PendingSend[] {
    return this.items.filter(
      (item): item is PendingSend => item.kind === 'send' && item.conversationId === conversationId,
    );
  }

  /** The highest pending position of one of the user's markers. */
  marker(conversationId: string, kind: 'read' | 'delivered'): number {
    const markers = this.items.filter((item) => item.conversationId === conversationId && item.kind === kind);
    return Math.max(0, ...markers.map((item) => ('seq' in item ? item.seq : 0)));
  }
}

/** Whether the cached conversation includes the operation, so that the outbox need not show it any more. */
export function isInState(pending: Pending, cached: CachedConversation | undefined): boolean {
  if (pending.acknowledged === null) return false;
  if (!cached) return true;
  if (pending.kind === 'read') return cached.me.readSeq >= pending.acknowledged;
  if (pending.kind === 'delivered') return cached.me.deliveredSeq >= pending.acknowledged;
  return cached.rev >= pending.acknowledged;
}

/** @returns the operation in the format of the public outbox */
export function entryOf(pending: Pending): OutboxEntry {
  const { id, kind, conversationId, attempts, error } = pending;
  const messageId = isChange(pending) ? pending.messageId : pending.kind === 'send' ? pending.id : null;
  return { id, kind, conversationId, messageId, attempts, error };
}
