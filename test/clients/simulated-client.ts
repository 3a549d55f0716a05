import type { Account } from './account.js';
import { type Fate, LossyLink } from './lossy-link.js';
import { type Known, Offline, ReferenceClient } from './reference-client.mjs';
import { TestSocket } from './test-socket.js';

/** Events outside the conversation log, which do not change the state of a client. */
const TRANSIENT = /^(session|server|receipt|presence|typing)/;

/** How a client behaves. */
export interface SimulatedClientOptions {
  readonly fates: readonly Fate[];
  readonly syncsOverRest: boolean;
  /** The `limit` of its syncs: messages per conversation. */
  readonly limit: number | undefined;
}

/** A device with the reference client: a socket that is opened and closed, a lossy link, and the client's state. */
export class SimulatedClient {
  readonly model: ReferenceClient;
  readonly link: LossyLink;
  private device: TestSocket | null = null;
  private isReady = false;

  constructor(
    private readonly origin: string,
    private readonly account: Account,
    options: SimulatedClientOptions,
  ) {
    this.model = new ReferenceClient(account.id, { sync: (known) => this.sync(known, options) });
    this.link = new LossyLink(options.fates, (event) => this.model.receive(event));
  }

  /** Connects, if closed, and starts a sync. */
  async open(): Promise<void> {
    if (this.device) return;
    const device = TestSocket.open(this.origin, this.account.token);
    this.device = device;
    device.socket.onAny((name: string, payload: unknown) => {
      if (!TRANSIENT.test(name)) this.link.carry({ name, payload });
    });
    await device.next('session:ready');
    this.isReady = true;
    this.model.connected();
  }

  close(): void {
    this.isReady = false;
    this.model.disconnected();
    this.device?.close();
    this.device = null;
  }

  /** The socket, while commands may be sent. */
  get socket(): TestSocket | null {
    return this.isReady ? this.device : null;
  }

  /** Waits until all events so far are received and applied. Events precede the acknowledgement of a later command. */
  async settle(): Promise<void> {
    await this.device?.emit('nothing');
    await this.model.idle();
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
