import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { LRUCache } from 'lru-cache';

import { DomainError, isUnavailable } from '../../common/domain-error.js';
import type { EventPublisher, Stored } from '../../common/event-bus.js';
import { Telemetry } from '../telemetry/telemetry.js';
import type { Span } from '../telemetry/tracing.js';
import { Database, placeholders } from './database.js';
import { unavailable } from './driver-errors.js';
import type { Transaction } from './transaction.js';

/** Changes that may wait; further changes are rejected with `unavailable`. */
const MAX_WAITING = 10_000;
/** Limits of one transaction: changes, those among them that run one by one, and characters of content. */
const MAX_CHANGES = 512;
const MAX_SINGLES = 16;
const MAX_WEIGHT = 1_000_000;
/** Attempts of a batch when the connection is lost, the first pause between them, and the time after which none starts. */
const MAX_ATTEMPTS = 3;
const RETRY_MS = 50;
const RETRY_WITHIN_MS = 1_000;
/** Ids of changes in doubt that are remembered; beyond that, the least recent are forgotten. */
const MAX_IN_DOUBT = 10_000;

/** The columns of a locked conversation, before the batch changes them. */
export type LockedConversation = Readonly<{
  id: string;
  type: string;
  direct_key: string | null;
  last_seq: number;
  rev: number;
}>;

/** The transaction and the locked conversations that a {@link StoreAll} receives. */
export interface Batch {
  readonly tx: Transaction;
  /** The existing conversations of the batch by id, locked. */
  readonly conversations: Promise<ReadonlyMap<string, LockedConversation>>;
  /**
   * Whether the change with that id may have been stored by an attempt whose commit was not confirmed. Its events have
   * not been published then, and are returned although the change is found stored.
   */
  readonly isInDoubt: (id: string) => boolean;
}

/** A stored change, or the error that refuses it and leaves the rest of the batch alone. */
export type Outcome<Result, Event> = Stored<Result, Event> | DomainError;

/** Stores changes of one kind with few statements. @returns one outcome for each item, in their order */
export type StoreAll<Item, Result, Event> = (
  batch: Batch,
  items: readonly Item[],
) => Promise<readonly Outcome<Result, Event>[]>;

/** A write that runs by itself inside the transaction of a batch. It throws a DomainError only before it writes. */
export type Work<Result, Event> = (tx: Transaction) => Promise<Stored<Result, Event>>;

interface Waiting {
  readonly conversationId: string;
  readonly id: string | undefined;
  readonly weight: number;
  readonly storeAll: StoreAll<unknown, unknown, unknown>;
  readonly item: unknown;
  readonly resolve: (stored: Stored<unknown, unknown>) => void;
  readonly reject: (error: unknown) => void;
  /** The span of the request that waits. */
  readonly span: Span | undefined;
}

/**
 * Group commit for every write that assigns a `seq` or `rev`. Repositories call it from their write methods.
 *
 * One transaction is in flight; the next one takes all changes that wait, and there is no timer. A batch pays for one
 * flush to disk, and events are published in the order of `rev`. Each batch locks its conversations in the order of
 * their ids, so that nodes on one database do not deadlock.
 */
export class GroupCommit<Event> {
  private waiting: Waiting[] = [];
  /** The number of changes at the head of the queue that run in a transaction of their own, since their batch failed. */
  private isolated = 0;
  private isRunning = false;
  private readonly inDoubt = new LRUCache<string, true>({ max: MAX_IN_DOUBT });

  /** @param events receives the events of each change after its commit, before the promise of the change resolves */
  constructor(
    private readonly database: Database,
    private readonly events: EventPublisher<Event>,
    private readonly telemetry: Telemetry = Telemetry.off,
  ) {}

  /**
   * Stores a change together with the others of its kind in a batch, and publishes its events.
   * @param options `id` identifies the change when it is repeated, for {@link Batch.isInDoubt}; `weight` is its size
   *   in characters of content
   * @throws DomainError the error that refuses the change; `unavailable` when the queue is full or the database does
   *   not answer, and the change may have been stored then
   */
  add<Item, Result>(
    conversationId: string,
    storeAll: StoreAll<Item, Result, Event>,
    item: Item,
    options: { readonly id?: string; readonly weight?: number } = {},
  ): Promise<Stored<Result, Event>> {
    if (this.waiting.length >= MAX_WAITING) {
      return Promise.reject(unavailable('Too many changes are waiting. Retry.'));
    }
    return new Promise((resolve, reject) => {
      const { id, weight = 0 } = options;
      const span = this.telemetry.tracing.current;
      const change = { conversationId, id, weight, storeAll, item, resolve, reject, span };
      this.waiting.push(change as unknown as Waiting);
      if (!this.isRunning) void this.run();
    });
  }

  /** Stores a change that runs by itself inside the batch, and publishes its events. See {@link add}. */
  change<Result>(conversationId: string, work: Work<Result, Event>): Promise<Stored<Result, Event>> {
    return this.add(conversationId, oneByOne<Result, Event>, work);
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    let settle = nothing;
    // The first batch includes the changes added in this turn of the event loop.
    await nextTurn();
    while (this.waiting.length > 0) {
      const committed = this.commit(this.nextBatch());
      // MySQL or MariaDB has its statements by the next turn, and works while the previous batch is settled.
      if (!this.database.isSqlite) await nextTurn();
      settle();
      settle = await committed;
      if (!this.database.isSqlite) continue;
      // SQLite runs synchronously: settle at once, and give the event loop a turn.
      settle();
      settle = nothing;
      await nextTurn();
    }
    settle();
    this.isRunning = false;
  }

  /** Removes the changes of the next transaction from the queue, in the order of arrival. */
  private nextBatch(): Waiting[] {
    if (this.isolated > 0) {
      this.isolated--;
      return this.waiting.splice(0, 1);
    }
    const batch: Waiting[] = [];
    const rest: Waiting[] = [];
    let singles = 0;
    let weight = 0;
    for (const change of this.waiting) {
      const isSingle = change.storeAll === oneByOne;
      const fits = batch.length < MAX_CHANGES && weight < MAX_WEIGHT && !(isSingle && singles >= MAX_SINGLES);
      (fits ? batch : rest).push(change);
      if (!fits) continue;
      weight += change.weight;
      if (isSingle) singles++;
    }
    this.waiting = rest;
    return batch;
  }

  /** @returns a function that publishes the events and settles the promises of the batch */
  private async commit(changes: readonly Waiting[]): Promise<() => void> {
    const { metrics, tracing } = this.telemetry;
    const since = performance.now();
    const span = tracing.batch(changes);
    try {
      const outcomes = await span.within(() => this.attempt(changes));
      metrics.batch(changes.length, 'ok', since);
      span.end('ok');
      for (const [{ id }, outcome] of outcomes) {
        if (id !== undefined && !(outcome instanceof DomainError)) this.inDoubt.delete(id);
      }
      return () => {
        for (const [change, outcome] of outcomes) this.settle(change, outcome);
      };
    } catch (error) {
      metrics.batch(changes.length, 'error', since);
      span.end('error');
      if (isUnavailable(error)) return this.abandon(changes, error);
      if (changes.length === 1) return () => changes[0]?.reject(error);
      // One change breaks the batch: run each of them in a transaction of its own.
      this.waiting.unshift(...changes);
      this.isolated = changes.length;
      return nothing;
    }
  }

  /** Rejects the batch and the whole queue, so that no request waits behind a database that does not answer. */
  private abandon(changes: readonly Waiting[], error: DomainError): () => void {
    const rejected = [...changes, ...this.waiting];
    this.waiting = [];
    this.isolated = 0;
    for (const { id } of changes) if (id !== undefined) this.inDoubt.set(id, true);
    return () => {
      for (const { reject } of rejected) reject(error);
    };
  }

  private async attempt(changes: readonly Waiting[]): Promise<Settled[]> {
    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      const isInDoubt = (id: string): boolean => attempt > 1 || this.inDoubt.has(id);
      try {
        return await this.database.write((tx) => storeBatch(tx, changes, isInDoubt));
      } catch (error) {
        const isLast = attempt === MAX_ATTEMPTS || performance.now() - started > RETRY_WITHIN_MS;
        if (isLast || !isUnavailable(error)) throw error;
        await delay(RETRY_MS * attempt);
      }
    }
  }

  private settle({ resolve, reject }: Waiting, outcome: Outcome<unknown, unknown>): void {
    if (outcome instanceof DomainError) {
      reject(outcome);
      return;
    }
    try {
      this.events.publishAll(outcome.events as readonly Event[]);
      resolve(outcome);
    } catch (error) {
      reject(error);
    }
  }
}

type Settled = [Waiting, Outcome<unknown, unknown>];

async function storeBatch(
  tx: Transaction,
  changes: readonly Waiting[],
  isInDoubt: Batch['isInDoubt'],
): Promise<Settled[]> {
  const batch: Batch = { tx, conversations: lockConversations(tx, changes), isInDoubt };
  // A kind that does not await them runs after the lock all the same; its failure surfaces in the next statement.
  batch.conversations.catch(() => undefined);
  const settled: Settled[] = [];
  // Grouped kinds run first: they rely on the counters that were read with the lock.
  const kinds = new Set(changes.map((change) => change.storeAll));
  for (const storeAll of [...kinds].sort((a, b) => Number(a === oneByOne) - Number(b === oneByOne))) {
    const ofKind = changes.filter((change) => change.storeAll === storeAll);
    const outcomes = await storeAll(
      batch,
      ofKind.map(({ item }) => item),
    );
    for (const [index, change] of ofKind.entries()) {
      const outcome = outcomes[index];
      if (!outcome) throw new Error('Each change of a batch needs an outcome.');
      settled.push([change, outcome]);
    }
  }
  return settled;
}

async function lockConversations(
  tx: Transaction,
  changes: readonly Waiting[],
): Promise<Map<string, LockedConversation>> {
  const ids = [...new Set(changes.map(({ conversationId }) => conversationId))].sort();
  const rows = await tx.rows<LockedConversation>(
    `SELECT id, type, direct_key, last_seq, rev FROM conversations WHERE id IN (${placeholders(ids.length)}) ORDER BY id${tx.forUpdate}`,
    ids,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Runs writes one after the other that share only the transaction. */
async function oneByOne<Result, Event>(
  { tx }: Batch,
  works: readonly Work<Result, Event>[],
): Promise<Outcome<Result, Event>[]> {
  const outcomes: Outcome<Result, Event>[] = [];
  for (const work of works) {
    try {
      outcomes.push(await work(tx));
    } catch (error) {
      if (!(error instanceof DomainError) || isUnavailable(error)) throw error;
      outcomes.push(error);
    }
  }
  return outcomes;
}

const nothing = (): void => undefined;
