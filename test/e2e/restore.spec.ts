import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import type { Account } from '../clients/account.js';
import { admin } from '../harness/admin.js';
import { type Backup, backup } from '../harness/backup.js';
import { type TestDatabase, testDatabase } from '../harness/databases.js';
import { SimulatedClient } from '../clients/simulated-client.js';
import { serverWorld } from '../clients/reference-client.js';
import { TestServer } from '../harness/server.js';
import { buildIfStale, freePort } from '../harness/server-process.js';

const BUILD_MS = 120_000;

/** Two users in a group, each with a client, on a server that is backed up during the chat and restored later. */
class Story {
  private constructor(
    private readonly home: TestDatabase,
    private readonly port: string,
    private server: TestServer,
    readonly people: readonly [Account, Account],
    private readonly group: string,
    readonly phones: readonly SimulatedClient[],
    private readonly copy: Backup,
  ) {}

  /** Runs up to the backup. */
  static async begin(): Promise<Story> {
    const home = await testDatabase();
    const port = String(await freePort());
    const server = await TestServer.on(home, { PORT: port });
    const [ann, ben] = [await server.account('ann'), await server.account('ben')];
    const { body: group } = await ann.rest.post('/conversations', { type: 'group', memberIds: [ben.id] });
    const options = { fates: [], syncsOverRest: false, limit: undefined };
    const phones = [ann, ben].map((owner) => new SimulatedClient(server.origin, owner, options));
    for (const phone of phones) await phone.open();
    for (const text of ['one', 'two']) await send(ann, group.id, text);
    const copy = await backup(home.settings);
    return new Story(home, port, server, [ann, ben], group.id, phones, copy);
  }

  send(who: Account, text: string): Promise<void> {
    return send(who, this.group, text);
  }

  async pin(who: Account): Promise<void> {
    expect((await who.rest.patch(`/conversations/${this.group}/me`, { pinned: true })).status).toBe(200);
  }

  /** Stops the server, restores the backup, and starts the server again. */
  async restore(how: { newEpoch: boolean }): Promise<void> {
    for (const phone of this.phones) {
      await phone.settle();
      phone.close();
    }
    await this.server.stop();
    await this.copy.restore();
    if (how.newEpoch) expect(await admin(this.home.settings, 'new-epoch')).toMatchObject({ code: 0 });
    this.server = await TestServer.on(this.home, { PORT: this.port });
  }

  /** Reconnects the clients. @returns the state of each client, and the server's state for its user */
  async meet(): Promise<{ shown: object[]; held: object[] }[]> {
    const meetings = this.phones.map(async (phone, index) => {
      await phone.open();
      await phone.settle();
      const { rest } = this.people[index]!;
      const held = await serverWorld(new Map(), async (path) => (await rest.get(path)).body);
      return { shown: phone.replica.world(), held };
    });
    return Promise.all(meetings);
  }

  async end(): Promise<void> {
    for (const phone of this.phones) phone.close();
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
  let story: Story;
  beforeAll(() => {
    buildIfStale();
  }, BUILD_MS);
  afterEach(() => story.end());

  it('with a new epoch brings every client to the restored state', async () => {
    story = await Story.begin();
    const [ann, ben] = story.people;
    await story.send(ann, 'three, lost');
    await story.pin(ann);
    await story.restore({ newEpoch: true });
    await story.send(ben, 'three, anew');
    for (const { shown, held } of await story.meet()) {
      expect(shown).toEqual(held);
      expect(textsOf(shown)).toEqual(['one', 'two', 'three, anew']);
    }
    await story.send(ann, 'four');
    for (const { shown, held } of await story.meet()) expect(shown).toEqual(held);
  });

  it('without a new epoch leaves clients with lost messages, because their revs are reused', async () => {
    story = await Story.begin();
    const [ann, ben] = story.people;
    await story.send(ann, 'three, lost');
    await story.restore({ newEpoch: false });
    await story.send(ben, 'three, anew');
    for (const { shown, held } of await story.meet()) {
      expect(textsOf(held)).toEqual(['one', 'two', 'three, anew']);
      expect(textsOf(shown)).toEqual(['one', 'two', 'three, lost']);
    }
  });
});
