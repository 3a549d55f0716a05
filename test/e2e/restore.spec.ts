import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import { serverSnapshot } from '../clients/server-snapshot.js';
import { SimulatedClient } from '../clients/simulated-client.js';
import { admin } from '../harness/admin.js';
import { type Backup, backup } from '../harness/backup.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { buildIfStale, freePort } from '../harness/server-process.js';
import { TestServer } from '../harness/server.js';

const BUILD_MS = 120_000;

/** Two users in a group, each with a client, on a server that is backed up during the chat and restored later. */
class RestoreScenario {
  private constructor(
    private readonly home: TestDatabase,
    private readonly port: string,
    private server: TestServer,
    readonly accounts: readonly [Account, Account],
    private readonly group: string,
    readonly clients: readonly SimulatedClient[],
    private readonly copy: Backup,
  ) {}

  /** Runs up to the backup. */
  static async start(): Promise<RestoreScenario> {
    const home = await testDatabase();
    const port = String(await freePort());
    const server = await TestServer.on(home, { PORT: port });
    const [ann, ben] = [await server.account('ann'), await server.account('ben')];
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const options = { fates: [], syncsOverRest: false, limit: undefined };
    const clients = [ann, ben].map((owner) => new SimulatedClient(server.origin, owner, options));
    for (const client of clients) await client.open();
    for (const text of ['one', 'two']) await send(ann, group.id, text);
    const copy = await backup(home.settings);
    return new RestoreScenario(home, port, server, [ann, ben], group.id, clients, copy);
  }

  send(who: Account, text: string): Promise<void> {
    return send(who, this.group, text);
  }

  async pin(who: Account): Promise<void> {
    expect((await who.rest.patch(`/conversations/${this.group}/me`, { pinned: true })).status).toBe(200);
  }

  /** Stops the server, restores the backup, and starts the server again. */
  async restore(how: { newEpoch: boolean }): Promise<void> {
    for (const client of this.clients) {
      await client.settle();
      client.close();
    }
    await this.server.stop();
    await this.copy.restore();
    if (how.newEpoch) expect(await admin(this.home.settings, 'new-epoch')).toMatchObject({ code: 0 });
    this.server = await TestServer.on(this.home, { PORT: this.port });
  }

  /** Reconnects the clients. @returns the state of each client, and the server's state for its user */
  async reconnect(): Promise<{ shown: object[]; held: object[] }[]> {
    const states = this.clients.map(async (client, index) => {
      await client.open();
      await client.settle();
      const { rest } = this.accounts[index]!;
      const held = await serverSnapshot(new Map(), async (path) => (await rest.get(path)).body);
      return { shown: client.model.snapshot(), held };
    });
    return Promise.all(states);
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.server.stop();
    await this.copy.remove();
    await this.home.remove();
  }
}

async function send(who: Account, conversationId: string, text: string): Promise<void> {
  expect((await who.rest.post('/messages', { conversationId, text })).status).toBe(201);
}

const textsOf = (world: readonly any[]): string[] => world[0].messages.map(({ text }: any) => text);

describe('restored backup', () => {
  let scenario: RestoreScenario;
  beforeAll(() => {
    buildIfStale();
  }, BUILD_MS);
  afterEach(() => scenario.stop());

  it('with a new epoch brings every client to the restored state', async () => {
    scenario = await RestoreScenario.start();
    const [ann, ben] = scenario.accounts;
    await scenario.send(ann, 'three, lost');
    await scenario.pin(ann);
    await scenario.restore({ newEpoch: true });
    await scenario.send(ben, 'three, anew');
    for (const { shown, held } of await scenario.reconnect()) {
      expect(shown).toEqual(held);
      expect(textsOf(shown)).toEqual(['one', 'two', 'three, anew']);
    }
    await scenario.send(ann, 'four');
    for (const { shown, held } of await scenario.reconnect()) expect(shown).toEqual(held);
  });

  it('without a new epoch leaves clients with lost messages, because their revs are reused', async () => {
    scenario = await RestoreScenario.start();
    const [ann, ben] = scenario.accounts;
    await scenario.send(ann, 'three, lost');
    await scenario.restore({ newEpoch: false });
    await scenario.send(ben, 'three, anew');
    for (const { shown, held } of await scenario.reconnect()) {
      expect(textsOf(held)).toEqual(['one', 'two', 'three, anew']);
      expect(textsOf(shown)).toEqual(['one', 'two', 'three, lost']);
    }
  });
});
