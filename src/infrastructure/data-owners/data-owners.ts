import type { Transaction } from '../database/transaction.js';

/** Runs once the erasing transaction has committed, for example to publish an event. */
export type AfterCommit = () => void;

/** The handlers of the feature that owns some tables. Each handler touches the feature's own tables only. */
export interface DataOwner {
  /** The names of the tables. Every table of the schema has exactly one owner. */
  readonly tables: readonly string[];

  /**
   * Deletes rows of a deleted conversation, inside the caller's transaction.
   * @param beforeSeq deletes only rows of messages with a lower `seq`, which bounds the time of one transaction; null
   *   deletes all that remains
   */
  purge?(tx: Transaction, conversationId: string, beforeSeq: number | null): Promise<void>;

  /**
   * Erases the personal data of a user, inside the caller's transaction, which has locked the user's row. Must be safe to
   * repeat.
   */
  eraseUser?(tx: Transaction, userId: string, now: Date): Promise<AfterCommit> | Promise<void>;

  /**
   * The user's data as sections of the account export, by the section's name. Each section reads a bounded page of rows
   * at a time, and only while it is iterated.
   */
  exportUser?(userId: string): Readonly<Record<string, AsyncIterable<object>>>;
}

/**
 * The owners of all tables. Each feature registers its owner from its module, so that deleting or exporting an account
 * and purging a conversation reach every table without naming one.
 */
export class DataOwners {
  /** `meta` and `migrations` describe the database itself and hold no user's data. */
  private readonly registered: DataOwner[] = [{ tables: ['meta', 'migrations'] }];

  /** Called by feature modules while the application is wired. */
  register(...owners: readonly DataOwner[]): void {
    this.registered.push(...owners);
  }

  /** Every table that has an owner, once for each of its owners. */
  get tables(): string[] {
    return this.registered.flatMap(({ tables }) => tables);
  }

  /** Calls every `purge` handler, one after the other. */
  async purge(tx: Transaction, conversationId: string, beforeSeq: number | null): Promise<void> {
    for (const owner of this.registered) await owner.purge?.(tx, conversationId, beforeSeq);
  }

  /** Calls every `eraseUser` handler, one after the other. @returns a callback for after the commit */
  async eraseUser(tx: Transaction, userId: string, now: Date): Promise<AfterCommit> {
    const callbacks: AfterCommit[] = [];
    for (const owner of this.registered) {
      const callback = await owner.eraseUser?.(tx, userId, now);
      if (callback) callbacks.push(callback);
    }
    return () => callbacks.forEach((callback) => callback());
  }

  /** The sections of all `exportUser` handlers. @throws when two owners export a section of the same name */
  exportUser(userId: string): Map<string, AsyncIterable<object>> {
    const sections = new Map<string, AsyncIterable<object>>();
    for (const owner of this.registered) {
      for (const [name, rows] of Object.entries(owner.exportUser?.(userId) ?? {})) {
        if (sections.has(name)) throw new Error(`Two owners export the section "${name}".`);
        sections.set(name, rows);
      }
    }
    return sections;
  }
}
