import { beforeEach, describe, expect, it } from '@jest/globals';

import { type Connection, type Result, type Statement, Transaction } from './transaction.js';

/** A server that notes what arrives together, and fails on a statement when it is told to. */
class Noting implements Connection {
  readonly isServer = true;
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
  let server: Noting;
  let tx: Transaction;
  beforeEach(() => {
    server = new Noting();
    tx = new Transaction(server);
  });

  it('sends together what is asked for at once, and gives each its own', async () => {
    expect(await Promise.all([tx.rows('A'), tx.run('BB'), tx.rows('C')])).toEqual([[{ of: 'A' }], 2, [{ of: 'C' }]]);
    expect(await tx.rows('D')).toEqual([{ of: 'D' }]);
    expect(server.trips).toEqual([['START TRANSACTION', 'A', 'BB', 'C'], ['D']]);
  });

  it('sends what need not be waited for with what comes next, in its place', async () => {
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

  it('fails with what goes along', async () => {
    server.failsOn = 'A';
    tx.runLater('A');
    await expect(tx.commit()).rejects.toThrow('A');
    await tx.rollback();
    expect(server.trips.at(-1)).toEqual(['ROLLBACK']);
  });

  it('that has sent nothing takes nothing back', async () => {
    tx.runLater('A');
    await tx.rollback();
    expect(server.trips).toEqual([]);
  });

  it('takes back what was sent, also while it is on its way, and forgets the rest', async () => {
    const asked = tx.rows('A');
    await tx.rollback();
    tx.runLater('B');
    expect(await asked).toEqual([{ of: 'A' }]);
    expect(server.trips).toEqual([['START TRANSACTION', 'A'], ['ROLLBACK']]);
  });

  it('that cannot be taken back takes its connection along', async () => {
    await tx.rows('A');
    server.failsOn = 'ROLLBACK';
    await tx.rollback();
    expect(server.destroyed).toBe(true);
  });
});
