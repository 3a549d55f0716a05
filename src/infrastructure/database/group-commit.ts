import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';

import { Injectable } from '@nestjs/common';

import { DomainError, isUnavailable } from '../../common/domain-error.js';
import { Telemetry } from '../telemetry/telemetry.js';
import type { Span } from '../telemetry/tracing.js';
import { Database, placeholders } from './database.js';
import { unavailable } from './driver-errors.js';
import type { Row, Transaction } from './transaction.js';

/** Changes that may wait; the next is told to come back later. */
const MAX_WAITING = 10_000;
/** What one transaction takes: changes, those among them that are stored one by one, and characters of content. */
const MAX_CHANGES = 512;
const MAX_SINGLES = 16;
const MAX_WEIGHT = 1_000_000;
/**
 * How often a batch is tried when the connection is lost, how long after the first time, and until when: a database that
 * does not answer has taken up the time of those who wait.
 */
const MAX_ATTEMPTS = 3;
const RETRY_MS = 50;
const RETRY_WITHIN_MS = 1_000;

/** What a batch is stored in. */
export interface Batch {
  readonly tx: Transaction;
  /** Those of the conversations that exist, locked: `type`, `direct_key`, `last_seq` and `rev` as they were before. */
  readonly conversations: Promise<ReadonlyMap<string, Row>>;
  /** The connection was lost before: some of this may be stored already, without anybody having heard of it. */
  readonly again: boolean;
}

/** `unavailable` where nobody knows whether it is stored. If it is, nobody has been told. */
export class InDoubt extends DomainError {
  constructor({ detail, extra }: DomainError) {
    super('unavailable', detail, extra);
  }
}

/** Stores changes of one kind with few statements. @returns for each, in their order, its result or why it is refused */
export type StoreAll<Item, Result> = (batch: Batch, items: readonly Item[]) => Promise<(Result | DomainError)[]>;

interface Waiting {
  readonly conversationId: string;
  readonly weight: number;
  readonly storeAll: StoreAll<unknown, unknown>;
  readonly item: unknown;
  readonly done: ((result: unknown) => void) | undefined;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Whose work it is. */
  readonly span: Span | undefined;
}

/**
 * Group commit of everything that takes a `seq` or `rev`: one transaction is in flight, the next takes all that waits,
 * and there is no timer. A flush to the disk is paid for once per batch, and what is announced leaves in the order of
 * `rev`. Each batch locks its conversations in the order of their ids, so that nodes on one database do not deadlock.
 */
@Injectable()
export class GroupCommit {
  private waiting: Waiting[] = [];
  /** How many of the first that wait go alone, as one of them breaks what it is stored with. */
  private alone = 0;
  private isAtWork = false;

  constructor(
    private readonly database: Database,
    private readonly telemetry: Telemetry = Telemetry.off,
  ) {}

  /**
   * Stores a change with the others of its kind in a batch.
   * @param weight characters of content
   * @param done told the result after the commit, before anybody else is, in the order of `rev`
   * @throws DomainError what it is refused with; `unavailable` when too much waits or the database is gone, and then
   *   {@link InDoubt} if it may have been stored
   */
  add<Item, Result>(
    conversationId: string,
    storeAll: StoreAll<Item, Result>,
    item: Item,
    done?: (result: Result) => void,
    weight = 0,
  ): Promise<Result> {
    if (this.waiting.length >= MAX_WAITING) {
      return Promise.reject(unavailable('Too much is waiting.'));
    }
    return new Promise((resolve, reject) => {
      const span = this.telemetry.tracing.current;
      const change = { conversationId, weight, storeAll, item, done, resolve, reject, span };
      this.waiting.push(change as unknown as Waiting);
      if (!this.isAtWork) void this.work();
    });
  }

  /**
   * The same for a change that is stored by itself. `work` refuses with a DomainError before it has written anything.
   */
  change<Result>(
    conversationId: string,
    work: (tx: Transaction) => Promise<Result>,
    done?: (result: Result) => void,
  ): Promise<Result> {
    return this.add(conversationId, oneByOne<Result>, work, done);
  }

  private async work(): Promise<void> {
    this.isAtWork = true;
    let announce = nothing;
    // What arrives in this turn comes along.
    await nextTurn();
    while (this.waiting.length > 0) {
      const committed = this.commit(this.take());
      // A server has its statements by the next turn, and works while we tell what it stored before.
      if (!this.database.isSqlite) await nextTurn();
      announce();
      announce = await committed;
      if (!this.database.isSqlite) continue;
      // A library that never waits lets nobody else have a turn meanwhile.
      announce();
      announce = nothing;
      await nextTurn();
    }
    announce();
    this.isAtWork = false;
  }

  /** What the next transaction stores, in the order in which it came. */
  private take(): Waiting[] {
    if (this.alone > 0) {
      this.alone--;
      return this.waiting.splice(0, 1);
    }
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    let singles = 0;
    let weight = 0;
    for (const change of this.waiting) {
      const isSingle = change.storeAll === oneByOne;
      const fits = taken.length < MAX_CHANGES && weight < MAX_WEIGHT && !(isSingle && singles >= MAX_SINGLES);
      (fits ? taken : left).push(change);
      if (!fits) continue;
      weight += change.weight;
      if (isSingle) singles++;
    }
    this.waiting = left;
    return taken;
  }

  /** @returns what tells everybody concerned */
  private async commit(changes: readonly Waiting[]): Promise<() => void> {
    const { metrics, tracing } = this.telemetry;
    const since = performance.now();
    const span = tracing.batch(changes);
    try {
      const outcomes = await span.within(() => this.attempt(changes));
      metrics.batch(changes.length, 'ok', since);
      span.end('ok');
      return () => {
        for (const [change, outcome] of outcomes) settle(change, outcome);
      };
    } catch (error) {
      metrics.batch(changes.length, 'error', since);
      span.end('error');
      if (isUnavailable(error)) return this.giveUp(changes, error);
      if (changes.length === 1) return () => changes[0]?.reject(error);
      // One of them fails, and would take the others with it: each goes alone.
      this.waiting.unshift(...changes);
      this.alone = changes.length;
      return nothing;
    }
  }

  /** Nobody waits behind a database that is gone: who comes next finds out whether it is back. */
  private giveUp(changes: readonly Waiting[], error: DomainError): () => void {
    const behind = this.waiting;
    this.waiting = [];
    this.alone = 0;
    return () => {
      const inDoubt = new InDoubt(error);
      for (const { reject } of changes) reject(inDoubt);
      for (const { reject } of behind) reject(error);
    };
  }

  private async attempt(changes: readonly Waiting[]): Promise<[Waiting, unknown][]> {
    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.database.write((tx) => storeBatch(tx, changes, attempt > 1));
      } catch (error) {
        const isLast = attempt === MAX_ATTEMPTS || performance.now() - started > RETRY_WITHIN_MS;
        if (isLast || !isUnavailable(error)) throw error;
        await delay(RETRY_MS * attempt);
      }
    }
  }
}

async function storeBatch(tx: Transaction, changes: readonly Waiting[], again: boolean): Promise<[Waiting, unknown][]> {
  const batch = { tx, conversations: lock(tx, changes), again };
  // Who does not need to know waits for them all the same: they are locked ahead of all else.
  batch.conversations.catch(() => undefined);
  const outcomes: [Waiting, unknown][] = [];
  // What is stored together goes first: it relies on the conversations as they were.
  const kinds = new Set(changes.map((change) => change.storeAll));
  for (const storeAll of [...kinds].sort((a, b) => Number(a === oneByOne) - Number(b === oneByOne))) {
    const kind = changes.filter((change) => change.storeAll === storeAll);
    const results = await storeAll(
      batch,
      kind.map(({ item }) => item),
    );
    for (const [index, change] of kind.entries()) outcomes.push([change, results[index]]);
  }
  return outcomes;
}

async function lock(tx: Transaction, changes: readonly Waiting[]): Promise<Map<string, Row>> {
  const ids = [...new Set(changes.map(({ conversationId }) => conversationId))].sort();
  const rows = await tx.rows(
    `SELECT id, type, direct_key, last_seq, rev FROM conversations WHERE id IN (${placeholders(ids.length)}) ORDER BY id${tx.forUpdate}`,
    ids,
  );
  return new Map(rows.map((row) => [String(row['id']), row]));
}

/** Changes that have nothing in common but the transaction. */
async function oneByOne<Result>(
  { tx }: Batch,
  works: readonly ((tx: Transaction) => Promise<Result>)[],
): Promise<(Result | DomainError)[]> {
  const outcomes: (Result | DomainError)[] = [];
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

function settle({ done, resolve, reject }: Waiting, outcome: unknown): void {
  if (outcome instanceof DomainError) {
    reject(outcome);
    return;
  }
  try {
    done?.(outcome);
    resolve(outcome);
  } catch (error) {
    reject(error);
  }
}

const nothing = (): void => undefined;
