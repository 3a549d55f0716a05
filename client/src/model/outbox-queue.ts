import type { OutboxEntry } from '../public-state.js';
import type { CachedConversation } from './cached-conversation.js';
import { isChange, type Pending, type PendingChange, type PendingSend } from './pending-operation.js';

/**
 * What is to be sent, in order. One after the other within a conversation, each conversation by itself; what was refused
 * for good stands aside.
 */
export class OutboxQueue {
  /** In order. */
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

  /** Takes it in, in place of what has its id. */
  put(pending: Pending): void {
    const others = this.items.filter(({ id }) => id !== pending.id);
    this.items = [...others, pending].sort((a, b) => a.order - b.order);
  }

  remove(id: string): void {
    this.items = this.items.filter((item) => item.id !== id);
  }

  /** The next of each conversation. */
  heads(): Pending[] {
    const heads = new Map<string, Pending>();
    for (const item of this.items) {
      const waits = item.acknowledged === null && item.error === null;
      if (waits && !heads.has(item.conversationId)) heads.set(item.conversationId, item);
    }
    return [...heads.values()];
  }

  /** What is done to messages of a conversation, as it is to be shown. */
  changes(conversationId: string): PendingChange[] {
    return this.items.filter(isChange).filter((item) => item.conversationId === conversationId);
  }

  /** Messages on their way to a conversation. */
  sends(conversationId: string): PendingSend[] {
    return this.items.filter(
      (item): item is PendingSend => item.kind === 'send' && item.conversationId === conversationId,
    );
  }

  /** How far a marker of one's own is to move. */
  marker(conversationId: string, kind: 'read' | 'delivered'): number {
    const own = this.items.filter((item) => item.conversationId === conversationId && item.kind === kind);
    return Math.max(0, ...own.map((item) => ('seq' in item ? item.seq : 0)));
  }
}

/** Whether the log has it, so that nothing of it need be shown from here. */
export function isInLog(pending: Pending, copy: CachedConversation | undefined): boolean {
  if (pending.acknowledged === null) return false;
  if (!copy) return true;
  if (pending.kind === 'read') return copy.me.readSeq >= pending.acknowledged;
  if (pending.kind === 'delivered') return copy.me.deliveredSeq >= pending.acknowledged;
  return copy.known >= pending.acknowledged;
}

/** As it is told to the app. */
export function entryOf(pending: Pending): OutboxEntry {
  const { id, kind, conversationId, attempts, error } = pending;
  const messageId = isChange(pending) ? pending.messageId : pending.kind === 'send' ? pending.id : null;
  return { id, kind, conversationId, messageId, attempts, error };
}
