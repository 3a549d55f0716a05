import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * The fate of a chunk: forwarded, delayed, duplicated, replaced by a reset of the connection, or dropped with
 * everything after it on that connection.
 */
export type ByteFate = 'pass' | 'delay' | 'double' | 'cut' | 'swallow';

const DELAY_MS = 20;
/** A longer chunk may be part of a larger packet, which must not be duplicated in part. */
const WHOLE_MAX = 16_384;

/** A TCP proxy in front of a server. It forwards bytes and knows no protocol. */
export class TcpProxy {
  /** Decides the fate of each chunk. @param isAnswer whether the server sent it */
  fate: (bytes: Buffer, isAnswer: boolean) => ByteFate = () => 'pass';
  /** Refuses new connections. */
  isDown = false;
  private readonly pairs = new Set<[Socket, Socket]>();

  private constructor(
    private readonly server: Server,
    /** The port of the server. */
    public target: number,
    private readonly host: string,
  ) {}

  static async start(target: number, host = '127.0.0.1'): Promise<TcpProxy> {
    const server = createServer();
    const proxy = new TcpProxy(server, target, host);
    server.on('connection', (socket) => proxy.accept(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Closes all connections. */
  cut(): void {
    for (const [near, far] of this.pairs) {
      near.destroy();
      far.destroy();
    }
  }

  /** Closes all connections and refuses new ones. */
  down(): void {
    this.isDown = true;
    this.cut();
  }

  /** Forwards everything again. Closes all connections, since some may have lost bytes. */
  heal(): void {
    this.isDown = false;
    this.fate = () => 'pass';
    this.cut();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private accept(near: Socket): void {
    if (this.isDown) {
      near.destroy();
      return;
    }
    const far = connect(this.target, this.host);
    const pair: [Socket, Socket] = [near, far];
    this.pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.pairs.delete(pair);
        near.destroy();
        far.destroy();
      });
    }
    this.carry(near, far, false);
    this.carry(far, near, true);
  }

  private carry(from: Socket, to: Socket, isAnswer: boolean): void {
    let isSwallowing = false;
    let wasWhole = true;
    let last: Promise<void> = Promise.resolve();
    from.on('data', (bytes: Buffer) => {
      const fate = isSwallowing ? 'swallow' : this.fate(bytes, isAnswer);
      const isWhole = wasWhole && bytes.length < WHOLE_MAX;
      wasWhole = bytes.length < WHOLE_MAX;
      if (fate === 'swallow') isSwallowing = true;
      else if (fate === 'cut') from.destroy();
      else {
        const late = fate === 'delay' ? new Promise<void>((resolve) => setTimeout(resolve, DELAY_MS)) : undefined;
        const copies = fate === 'double' && isWhole ? 2 : 1;
        // In order, even if a chunk is delayed.
        last = last
          .then(() => late)
          .then(() => {
            for (let copy = 0; copy < copies; copy++) if (!to.destroyed) to.write(bytes);
          });
      }
    });
  }
}
