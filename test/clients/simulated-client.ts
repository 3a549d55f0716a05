import type { Account } from './account.js';
import { TestSocket } from './test-socket.js';
import { type Fate, LossyLink } from './lossy-link.js';
import { type Known, Offline, ReferenceClient } from './reference-client.js';

/** In no log, and not of the rule: whether these come changes nothing that is kept. */
const FLEETING = /^(session|server|receipt|presence|typing)/;

/** How a phone behaves. */
export interface SimulatedClientOptions {
  readonly fates: readonly Fate[];
  readonly syncsOverRest: boolean;
  /** Messages per conversation that it asks for in a sync. */
  readonly limit: number | undefined;
}

/** A device with a model client on it: a socket that comes and goes, a bad link, and what the client knows. */
export class SimulatedClient {
  readonly replica: ReferenceClient;
  readonly link: LossyLink;
  private device: TestSocket | null = null;
  private isReady = false;

  constructor(
    private readonly origin: string,
    private readonly account: Account,
    options: SimulatedClientOptions,
  ) {
    this.replica = new ReferenceClient(account.id, (known) => this.sync(known, options));
    this.link = new LossyLink(options.fates, (event) => this.replica.receive(event));
  }

  /** Connects, unless it is, and then syncs everything, which goes on behind. */
  async open(): Promise<void> {
    if (this.device) return;
    const device = TestSocket.open(this.origin, this.account.token);
    this.device = device;
    device.socket.onAny((name: string, payload: unknown) => {
      if (!FLEETING.test(name)) this.link.carry({ name, payload });
    });
    await device.next('session:ready');
    this.isReady = true;
    this.replica.connected();
  }

  close(): void {
    this.isReady = false;
    this.replica.disconnected();
    this.device?.close();
    this.device = null;
  }

  /** Its socket, while it may send commands. */
  get socket(): TestSocket | null {
    return this.isReady ? this.device : null;
  }

  /** Waits until all events sent so far have come and are dealt with: what is acknowledged comes after them. */
  async settle(): Promise<void> {
    await this.device?.emit('nothing');
    await this.replica.idle();
  }

  private async sync(known: Known, { syncsOverRest, limit }: SimulatedClientOptions): Promise<any> {
    const { device } = this;
    if (!device) throw new Offline();
    const command = { ...known, ...(limit !== undefined && { limit }) };
    if (syncsOverRest) {
      const { status, body } = await this.account.rest.post('/sync', command);
      if (status !== 200) throw new Error(`sync failed: ${JSON.stringify(body)}`);
      return body;
    }
    try {
      const { ok, data, error } = await device.emit('sync', command);
      if (!ok) throw new Error(`sync failed: ${JSON.stringify(error)}`);
      return data;
    } catch (error) {
      throw device.socket.connected ? error : new Offline();
    }
  }
}
