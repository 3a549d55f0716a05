import type { Message, Problem, Reply } from '../api-types.js';
import type { Connection } from '../connection/connection.js';
import { Emitter } from '../emitter.js';
import { ProblemError } from '../errors.js';
import { backoffMs } from '../model/backoff.js';
import { commandOf, isFinal, type OutboxCommand } from '../model/outbox-commands.js';
import { entryOf, isInState, OutboxQueue } from '../model/outbox-queue.js';
import type { Draft, Pending, PendingChange, PendingMarker, PendingSend } from '../model/pending-operation.js';
import type { StateChange, SyncState } from '../model/sync-state.js';
import type { Timing } from '../options.js';
import type { OutboxEntry } from '../public-state.js';
import type { CommandData } from '../server-events.js';
import { newId } from '../uuid.js';

/** Number of conversations with a command in flight at the same time. */
const MAX_IN_FLIGHT = 8;

/** Signals of the outbox. `ClientCore` connects them to the views and to the local store. */
export interface OutboxSignals {
  /** A pending operation of the conversation changed. */
  changed: { readonly conversationId: string };
  put: { readonly pending: Pending };
  removed: { readonly id: string };
  refused: { readonly entry: OutboxEntry; readonly problem: Problem };
}

type NewOperation<T extends Pending> = T extends Pending
  ? Omit<T, 'id' | 'order' | 'attempts' | 'acknowledged' | 'error'>
  : never;

/**
 * Sends pending operations, in order within each conversation, and retries each until the server acknowledges or
 * rejects it. An acknowledged operation stays in the queue until the local state includes it, so that the app sees it
 * exactly once. `GoChatClient` and `DeliveryReceipts` add operations; `ClientCore` reports connection and state
 * changes.
 */
export class Outbox {
  readonly signals = new Emitter<OutboxSignals>();
  readonly queue = new OutboxQueue();
  /** Conversations with a command in flight. */
  private readonly inFlight = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly syncState: () => SyncState,
    private readonly connection: Pick<Connection, 'command' | 'isOnline'>,
    private readonly timing: Timing,
  ) {}

  /** Loads the operations that a local store has kept. */
  restore(items: readonly Pending[], state: SyncState): void {
    for (const item of items) this.queue.put(item);
    // The app may have ended after a message was stored and before its operation was removed.
    for (const item of items) {
      const cached = state.get(item.conversationId);
      const isStored = cached?.tail.items.some(({ id }) => id === item.id) ?? false;
      if (isStored || isInState(item, cached)) this.remove(item);
    }
  }

  /** Removes all operations, after a log-out. */
  clear(): void {
    this.offline();
    for (const { id } of this.queue.all) this.queue.remove(id);
  }

  /** The client is connected: retries every pending operation now. */
  online(): void {
    this.failures.clear();
    this.stopTimers();
    this.sendNext();
  }

  offline(): void {
    this.stopTimers();
  }

  /** @returns the id of the message */
  send(conversationId: string, draft: Draft, replyTo: Reply | null): string {
    const id = newId();
    const createdAt = new Date().toISOString();
    this.enqueue({ ...this.newEntry(id), kind: 'send', conversationId, draft, replyTo, createdAt, stored: null });
    return id;
  }

  /** Adds a change to a message. A message that was never sent is changed in the outbox itself. */
  change(change: NewOperation<PendingChange>): void {
    const send = this.queue.get(change.messageId);
    const isHere = send?.kind === 'send' && send.acknowledged === null && (send.attempts === 0 || send.error !== null);
    if (isHere && change.kind === 'edit') this.enqueue({ ...send, draft: { ...send.draft, text: change.text } });
    else if (isHere && change.kind === 'delete') this.withdraw(send);
    else this.enqueue({ ...change, ...this.newEntry(newId()) });
  }

  /** Adds a marker, or moves the one that is waiting. */
  mark(marker: NewOperation<PendingMarker>): void {
    const { conversationId, kind, seq } = marker;
    const waiting = this.queue.all.find(
      (item) => item.kind === kind && item.conversationId === conversationId && item.attempts === 0,
    );
    this.enqueue({
      ...this.newEntry(waiting?.id ?? newId()),
      ...(waiting && { order: waiting.order }),
      conversationId,
      kind,
      seq,
    });
  }

  /** Sends a failed message again, after the operations that are waiting. */
  retry(id: string): void {
    const send = this.queue.get(id);
    if (send?.error) this.enqueue({ ...send, error: null, attempts: 0, order: this.queue.nextOrder });
  }

  /** Removes a failed message. */
  discard(id: string): void {
    const send = this.queue.get(id);
    if (send?.kind === 'send' && send.error) this.withdraw(send);
  }

  /** Removes the operations that the local state includes now. */
  onStateChange({ conversationId, messages }: StateChange): void {
    for (const message of messages) {
      const send = this.queue.get(message.id);
      // The acknowledgement may be lost, and the event contains the same message.
      if (send?.kind === 'send' && send.acknowledged === null) this.acknowledge(send, message.rev, message);
    }
    const cached = this.syncState().get(conversationId);
    for (const item of this.queue.all) {
      if (item.conversationId === conversationId && isInState(item, cached)) this.remove(item);
    }
  }

  private newEntry(id: string): Pick<Pending, 'id' | 'order' | 'attempts' | 'acknowledged' | 'error'> {
    return { id, order: this.queue.nextOrder, attempts: 0, acknowledged: null, error: null };
  }

  private sendNext(): void {
    for (const item of this.queue.heads()) {
      if (!this.connection.isOnline || this.inFlight.size >= MAX_IN_FLIGHT) return;
      const { conversationId } = item;
      if (this.inFlight.has(conversationId) || this.timers.has(conversationId)) continue;
      this.inFlight.add(conversationId);
      void this.attempt(item).finally(() => {
        this.inFlight.delete(conversationId);
        this.sendNext();
      });
    }
  }

  private async attempt(item: Pending): Promise<void> {
    const trying = { ...item, attempts: item.attempts + 1 };
    this.update(trying);
    try {
      const { name, payload } = commandOf(trying);
      this.onAcknowledged(item.id, await this.connection.command(name, payload));
      this.failures.delete(item.conversationId);
    } catch (error) {
      const problem = error instanceof ProblemError ? error.problem : null;
      if (problem && isFinal(problem.code)) this.onRefused(item.id, problem);
      else if (this.connection.isOnline) this.scheduleRetry(item.conversationId, problem?.retryAfterMs ?? 0);
    }
  }

  private onAcknowledged(id: string, data: CommandData<OutboxCommand['name']>): void {
    const item = this.queue.get(id);
    // The event may arrive before the acknowledgement.
    if (!item || item.acknowledged !== null) return;
    if (!('readSeq' in data)) this.acknowledge(item, data.rev, data);
    else this.acknowledge(item, item.kind === 'read' ? data.readSeq : data.deliveredSeq, null);
    const now = this.queue.get(id);
    if (now && isInState(now, this.syncState().get(now.conversationId))) this.remove(now);
  }

  private acknowledge(item: Pending, at: number, message: Message | null): void {
    this.update({ ...item, acknowledged: at, ...(item.kind === 'send' && { stored: message }) });
  }

  private onRefused(id: string, problem: Problem): void {
    const item = this.queue.get(id);
    if (!item || item.acknowledged !== null) return;
    const isKept = item.kind === 'send' && this.syncState().get(item.conversationId) !== undefined;
    if (isKept) this.keepAsFailed(item, problem);
    else this.remove(item);
    if (item.kind !== 'delivered')
      this.signals.emit('refused', { entry: entryOf({ ...item, error: problem }), problem });
  }

  /** Applies pending changes to the failed message itself: a retry sends it as it is shown. */
  private keepAsFailed(send: PendingSend, error: Problem): void {
    let failed: PendingSend = { ...send, error };
    for (const change of this.queue.changes(send.conversationId)) {
      if (change.messageId !== send.id) continue;
      if (change.kind === 'edit') failed = { ...failed, draft: { ...failed.draft, text: change.text } };
      this.remove(change);
      if (change.kind === 'delete') {
        this.withdraw(send);
        return;
      }
    }
    this.update(failed);
  }

  private scheduleRetry(conversationId: string, atLeastMs: number): void {
    const failures = (this.failures.get(conversationId) ?? 0) + 1;
    this.failures.set(conversationId, failures);
    const { retryMinMs: minMs, retryMaxMs: maxMs } = this.timing;
    const waitMs = Math.max(atLeastMs, backoffMs(failures, Math.random(), { minMs, maxMs }));
    const timer = setTimeout(() => {
      this.timers.delete(conversationId);
      this.sendNext();
    }, waitMs);
    this.timers.set(conversationId, timer);
  }

  private enqueue(pending: Pending): void {
    this.update(pending);
    this.sendNext();
  }

  private update(pending: Pending): void {
    this.queue.put(pending);
    this.signals.emit('put', { pending });
    this.signals.emit('changed', pending);
  }

  private remove(pending: Pending): void {
    this.queue.remove(pending.id);
    this.signals.emit('removed', pending);
    this.signals.emit('changed', pending);
  }

  /** The server never stored the message, so pending replies to it lose their reference. */
  private withdraw(send: PendingSend): void {
    this.remove(send);
    for (const reply of this.queue.sends(send.conversationId)) {
      const { replyToId, ...draft } = reply.draft;
      if (replyToId === send.id && reply.acknowledged === null) this.update({ ...reply, draft, replyTo: null });
    }
  }

  private stopTimers(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
