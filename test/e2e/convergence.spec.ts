import { afterAll, beforeAll, describe, it } from '@jest/globals';
import fc from 'fast-check';

import type { Account } from '../clients/account.js';
import { batchesOf, clientsWith, CONNECTED, ALL, fate, USERS } from '../fuzz/random-actions.js';
import { History } from '../fuzz/random-history.js';
import { TestServer } from '../harness/server.js';

const HISTORIES = process.env['TEST_DATABASE_URL'] ? 50 : 200;
const TIME_LIMIT_MS = 100_000;

const assertOf = <T>(property: fc.IAsyncProperty<T>, numRuns: number): Promise<void> =>
  fc.assert(property, { numRuns, interruptAfterTimeLimit: TIME_LIMIT_MS, markInterruptAsFailure: true });

describe('clients that follow the sync rule', () => {
  let server: TestServer;
  let accounts: Account[];
  beforeAll(async () => {
    server = await TestServer.start();
    accounts = await Promise.all(Array.from({ length: USERS }, () => server.account()));
  });
  afterAll(() => server.stop());

  it(
    'converge to the server’s state after lost, duplicated and delayed events',
    () =>
      assertOf(
        fc.asyncProperty(
          batchesOf(ALL),
          clientsWith(fc.array(fate, { minLength: 1, maxLength: 12 })),
          async (batches, clients) => {
            await new History(server.origin, accounts, clients).run(batches, async (history) => {
              await history.compare();
            });
          },
        ),
        HISTORIES,
      ),
    TIME_LIMIT_MS + 20_000,
  );

  it(
    'sync only for new conversations while no event is lost',
    () =>
      assertOf(
        fc.asyncProperty(batchesOf(CONNECTED), clientsWith(fc.constant([])), async (batches, clients) => {
          await new History(server.origin, accounts, clients).run(batches, async (history) => {
            await history.compareBeforeForeground();
          });
        }),
        HISTORIES / 10,
      ),
    TIME_LIMIT_MS + 20_000,
  );
});
