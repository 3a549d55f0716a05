import { beforeEach, describe, expect, it } from '@jest/globals';

import { type Connection, type Result, type Statement, Transaction } from './transaction.js';

/** A connection that records each round trip and fails on `failsOn`. */
class RecordingConnection implements Connection {
  readonly dialect = 'mysql';
  readonly trips: string[][] = [];
  failsOn: string | undefined;
  destroyed = false;

  run(statements: readonly Statement[]): Promise<Result[]> {
    const texts = statements.map(({ sql }) => sql);
    this.trips.push(texts);
    if (this.failsOn !== undefined && texts.includes(this.failsOn)) return Promise.reject(new Error(this.failsOn));
    return Promise.resolve(texts.map((sql) => ({ rows: [{ of: sql }], affected: sql.length })));
  }

  destroy(): void {
    this.destroyed = true;
  }
}

describe('a transaction', () => {
  let server: RecordingConnection;
  let tx: Transaction;
  beforeEach(() => {
    server = new RecordingConnection();
    tx = new Transaction(server);
  });

  it('pipelines statements issued at once and returns each its own result', async () => {
    expect(await Promise.all([tx.rows('A'), tx.run('BB'), tx.rows('C')])).toEqual([[{ of: 'A' }], 2, [{ of: 'C' }]]);
    expect(await tx.rows('D')).toEqual([{ of: 'D' }]);
    expect(server.trips).toEqual([['START TRANSACTION', 'A', 'BB', 'C'], ['D']]);
  });

  it('sends queued statements in order before the next one', async () => {
    tx.runLater('A');
    expect(await tx.rows('B')).toEqual([{ of: 'B' }]);
    tx.insert('t', [{ a: 1, b: null }]);
    tx.insert('t', []);
    await tx.commit();
    expect(server.trips).toEqual([
      ['START TRANSACTION', 'A', 'B'],
      ['INSERT INTO t (a, b) VALUES (?, ?)', 'COMMIT'],
    ]);
  });

  it('fails the commit when a queued statement fails', async () => {
    server.failsOn = 'A';
    tx.runLater('A');
    await expect(tx.commit()).rejects.toThrow('A');
    await tx.rollback();
    expect(server.trips.at(-1)).toEqual(['ROLLBACK']);
  });

  it('sends no rollback when nothing was sent', async () => {
    tx.runLater('A');
    await tx.rollback();
    expect(server.trips).toEqual([]);
  });

  it('rolls back after statements in flight have completed, and drops queued ones', async () => {
    const asked = tx.rows('A');
    await tx.rollback();
    tx.runLater('B');
    expect(await asked).toEqual([{ of: 'A' }]);
    expect(server.trips).toEqual([['START TRANSACTION', 'A'], ['ROLLBACK']]);
  });

  it('destroys its connection when the rollback fails', async () => {
    await tx.rows('A');
    server.failsOn = 'ROLLBACK';
    await tx.rollback();
    expect(server.destroyed).toBe(true);
  });
});
