import type { Connection } from '../connection/connection.js';
import { Emitter } from '../emitter.js';
import { ProblemError } from '../errors.js';
import { newId } from '../uuid.js';
import { backoffMs } from '../model/backoff.js';
import { commandOf, isFinal, type OutboxCommand } from '../model/outbox-commands.js';
import type { Draft, Pending, PendingChange, PendingMarker, PendingSend } from '../model/pending-operation.js';
import { entryOf, isInLog, OutboxQueue } from '../model/outbox-queue.js';
import type { StateChange, SyncState } from '../model/sync-state.js';
import type { Timing } from '../options.js';
import type { CommandData } from '../server-events.js';
import type { OutboxEntry } from '../public-state.js';
import type { Message, Problem, Reply } from '../api-types.js';

/** How many conversations are sent to at once. */
const LANES = 8;

/** What the outbox tells those who show and keep it. */
export interface OutboxSignals {
  /** What waits for a conversation has changed. */
  changed: { readonly conversationId: string };
  put: { readonly pending: Pending };
  removed: { readonly id: string };
  refused: { readonly entry: OutboxEntry; readonly problem: Problem };
}

type New<T extends Pending> = T extends Pending
  ? Omit<T, 'id' | 'order' | 'attempts' | 'acknowledged' | 'error'>
  : never;

/**
 * Sends what waits, in order within each conversation, again and again until each is acknowledged or refused for good.
 * What is acknowledged stays until the log has it, so that it is shown all the time and only once.
 */
export class Outbox {
  readonly signals = new Emitter<OutboxSignals>();
  readonly queue = new OutboxQueue();
  /** Conversations of which something is being sent. */
  private readonly busy = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly world: () => SyncState,
    private readonly connection: Pick<Connection, 'command' | 'isOnline'>,
    private readonly timing: Timing,
  ) {}

  /** Takes what was kept. */
  restore(items: readonly Pending[], world: SyncState): void {
    for (const item of items) this.queue.put(item);
    // It may have ended between the two.
    for (const item of items) {
      const copy = world.get(item.conversationId);
      const isStored = copy?.tail.items.some(({ id }) => id === item.id) ?? false;
      if (isStored || isInLog(item, copy)) this.remove(item);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.offline();
    for (const { id } of this.queue.all) this.queue.remove(id);
  }

  /** The connection is there: whatever waits is tried now. */
  online(): void {
    this.failures.clear();
    this.stopTimers();
    this.pump();
  }

  offline(): void {
    this.stopTimers();
  }

  /** @returns the message's id */
  send(conversationId: string, draft: Draft, replyTo: Reply | null): string {
    const id = newId();
    const createdAt = new Date().toISOString();
    this.put({ ...this.next(id), kind: 'send', conversationId, draft, replyTo, createdAt, stored: null });
    return id;
  }

  /** Takes something done to a message; to one that never left it is done here. */
  change(change: New<PendingChange>): void {
    const send = this.queue.get(change.messageId);
    const isHere = send?.kind === 'send' && send.acknowledged === null && (send.attempts === 0 || send.error !== null);
    if (isHere && change.kind === 'edit') this.put({ ...send, draft: { ...send.draft, text: change.text } });
    else if (isHere && change.kind === 'delete') this.withdraw(send);
    else this.put({ ...change, ...this.next(newId()) });
  }

  /** Takes a marker; one that waits is moved further. */
  mark(marker: New<PendingMarker>): void {
    const { conversationId, kind, seq } = marker;
    const waiting = this.queue.all.find(
      (item) => item.kind === kind && item.conversationId === conversationId && item.attempts === 0,
    );
    this.put({
      ...this.next(waiting?.id ?? newId()),
      ...(waiting && { order: waiting.order }),
      conversationId,
      kind,
      seq,
    });
  }

  /** Sends again what was refused, behind what waits. */
  retry(id: string): void {
    const send = this.queue.get(id);
    if (send?.error) this.put({ ...send, error: null, attempts: 0, order: this.queue.nextOrder });
  }

  /** Forgets a send that was refused. */
  discard(id: string): void {
    const send = this.queue.get(id);
    if (send?.kind === 'send' && send.error) this.withdraw(send);
  }

  /** What the log has come to know is no longer on its way. */
  logged({ conversationId, messages }: StateChange): void {
    for (const message of messages) {
      const send = this.queue.get(message.id);
      // The acknowledgement may have been lost, and this is the better one.
      if (send?.kind === 'send' && send.acknowledged === null) this.acknowledge(send, message.rev, message);
    }
    const copy = this.world().get(conversationId);
    for (const item of this.queue.all) {
      if (item.conversationId === conversationId && isInLog(item, copy)) this.remove(item);
    }
  }

  private next(id: string): Pick<Pending, 'id' | 'order' | 'attempts' | 'acknowledged' | 'error'> {
    return { id, order: this.queue.nextOrder, attempts: 0, acknowledged: null, error: null };
  }

  private pump(): void {
    for (const item of this.queue.heads()) {
      if (!this.connection.isOnline || this.busy.size >= LANES) return;
      const { conversationId } = item;
      if (this.busy.has(conversationId) || this.timers.has(conversationId)) continue;
      this.busy.add(conversationId);
      void this.attempt(item).finally(() => {
        this.busy.delete(conversationId);
        this.pump();
      });
    }
  }

  private async attempt(item: Pending): Promise<void> {
    const trying = { ...item, attempts: item.attempts + 1 };
    this.keep(trying);
    try {
      const { name, payload } = commandOf(trying);
      this.done(item.id, await this.connection.command(name, payload));
      this.failures.delete(item.conversationId);
    } catch (error) {
      const problem = error instanceof ProblemError ? error.problem : null;
      if (problem && isFinal(problem.code)) this.refuse(item.id, problem);
      else if (this.connection.isOnline) this.tryLater(item.conversationId, problem?.retryAfterMs ?? 0);
    }
  }

  private done(id: string, data: CommandData<OutboxCommand['name']>): void {
    const item = this.queue.get(id);
    // The log may have been faster.
    if (!item || item.acknowledged !== null) return;
    if (!('readSeq' in data)) this.acknowledge(item, data.rev, data);
    else this.acknowledge(item, item.kind === 'read' ? data.readSeq : data.deliveredSeq, null);
    const now = this.queue.get(id);
    if (now && isInLog(now, this.world().get(now.conversationId))) this.remove(now);
  }

  private acknowledge(item: Pending, at: number, message: Message | null): void {
    this.keep({ ...item, acknowledged: at, ...(item.kind === 'send' && { stored: message }) });
  }

  private refuse(id: string, problem: Problem): void {
    const item = this.queue.get(id);
    if (!item || item.acknowledged !== null) return;
    const isKept = item.kind === 'send' && this.world().get(item.conversationId) !== undefined;
    if (isKept) this.fail(item, problem);
    else this.remove(item);
    if (item.kind !== 'delivered')
      this.signals.emit('refused', { entry: entryOf({ ...item, error: problem }), problem });
  }

  /** What was done to a message that is not stored is done here: it may be sent again as it is shown. */
  private fail(send: PendingSend, error: Problem): void {
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
    this.keep(failed);
  }

  private tryLater(conversationId: string, atLeastMs: number): void {
    const failures = (this.failures.get(conversationId) ?? 0) + 1;
    this.failures.set(conversationId, failures);
    const { retryMinMs: minMs, retryMaxMs: maxMs } = this.timing;
    const waitMs = Math.max(atLeastMs, backoffMs(failures, Math.random(), { minMs, maxMs }));
    const timer = setTimeout(() => {
      this.timers.delete(conversationId);
      this.pump();
    }, waitMs);
    this.timers.set(conversationId, timer);
  }

  private put(pending: Pending): void {
    this.keep(pending);
    this.pump();
  }

  private keep(pending: Pending): void {
    this.queue.put(pending);
    this.signals.emit('put', { pending });
    this.signals.emit('changed', pending);
  }

  private remove(pending: Pending): void {
    this.queue.remove(pending.id);
    this.signals.emit('removed', pending);
    this.signals.emit('changed', pending);
  }

  /** The server never had it, and will not: what was to be a reply to it is one to nothing. */
  private withdraw(send: PendingSend): void {
    this.remove(send);
    for (const reply of this.queue.sends(send.conversationId)) {
      const { replyToId, ...draft } = reply.draft;
      if (replyToId === send.id && reply.acknowledged === null) this.keep({ ...reply, draft, replyTo: null });
    }
  }

  private stopTimers(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
